# Turns the help of one command, made with COLUMNS so wide that nothing is wrapped, into a manual page.
#
# Needs: command, version, date. What it reads looks like this:
#
#   OVERVIEW: what it does, and paragraphs          EXAMPLE, indented lines
#   USAGE: tally adstat archive-day <options>       EXIT STATUS, `  64  meaning`
#   ARGUMENTS:, OPTIONS:, SUBCOMMANDS:, `  --day <day>  text`, the text from column 27 on

# As roff wants it: what stands for something else there is named.
function escaped(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/"/, "\\(dq", text)
  gsub(/'/, "\\(aq", text)
  gsub(/`/, "\\(ga", text)
  gsub(/\^/, "\\(ha", text)
  gsub(/~/, "\\(ti", text)
  return text
}

# The same in lines of the length that lint asks for; roff fills them again.
function filled(text,    words, count, i, line, lines) {
  count = split(escaped(text), words, / +/)
  for (i = 1; i <= count; i++) {
    if (line != "" && length(line) + length(words[i]) > 77) {
      lines = lines "\n" line
      line = ""
    }
    if (line == "" && words[i] ~ /^[.]/) words[i] = "\\&" words[i]
    line = line (line == "" ? "" : " ") words[i]
  }
  return lines "\n" line
}

function tagged(label, text) {
  return "\n.TP\n.B " escaped(label) (text == "" ? "" : filled(text))
}

# The words of one font over several lines.
function continued(text) {
  text = filled(text)
  gsub(/\n/, "\n.B ", text)
  return substr(text, 2)
}

function add(text) { body[section] = body[section] text }

function show(title) {
  if (body[title] != "") print ".SH " title body[title]
}

BEGIN {
  page = command
  gsub(/ /, "-", page)
}

/^OVERVIEW: / {
  section = "NAME"
  # The line that apropos reads.
  text = substr($0, 11)
  sub(/[.]$/, "", text)
  add(filled(page " - " text))
  section = "DESCRIPTION"
  next
}
/^USAGE: / { section = "SYNOPSIS"; add("\n.nh\n" continued(substr($0, 8)) "\n.hy"); next }
/^EXAMPLES?$/ { section = "EXAMPLES"; next }
/^EXIT STATUS/ { section = "EXIT STATUS"; next }
/^ARGUMENTS:/ { section = "ARGUMENTS"; next }
/^OPTIONS:/ { section = "OPTIONS"; next }
/^SUBCOMMANDS:/ { section = "COMMANDS"; next }
/^  See '/ { next }
/^$/ { isNewParagraph = 1; next }

section == "DESCRIPTION" {
  add((isNewParagraph && body[section] != "" ? "\n.PP" : "") filled($0))
  isNewParagraph = 0
}

section == "EXAMPLES" { add("\n" escaped(substr($0, 3))) }

section == "EXIT STATUS" {
  code = $1
  sub(/^ *[^ ]+ +/, "")
  add(tagged(code, $0))
}

section == "COMMANDS" {
  add(tagged(command " " $1, substr($0, 27)))
  others = others (others == "" ? "" : " ,") "\n.BR " escaped(page "-" $1) " (1)"
}

section == "ARGUMENTS" || section == "OPTIONS" {
  if (substr($0, 1, 26) ~ /^ +$/) {
    # The label was too long for a text beside it.
    add(filled(substr($0, 27)))
  } else if (substr($0, 26, 1) == " ") {
    label = substr($0, 3, 24)
    sub(/ +$/, "", label)
    add(tagged(label, substr($0, 27)))
  } else {
    add(tagged(substr($0, 3), ""))
  }
}

END {
  printf ".TH %s 1 %s \"tally %s\" \"tally manual\"\n.ad l\n", toupper(page), date, version
  show("NAME")
  show("SYNOPSIS")
  show("DESCRIPTION")
  show("ARGUMENTS")
  show("OPTIONS")
  show("COMMANDS")
  if (body["EXAMPLES"] != "") {
    print ".SH EXAMPLES\n.nf" body["EXAMPLES"] "\n.fi"
  }
  show("EXIT STATUS")
  if (command != "tally") {
    parent = page
    sub(/-[^-]+$/, "", parent)
    if (up != "") parent = up
    others = "\n.BR " escaped(parent) " (1)" (others == "" ? "" : " ," others)
  }
  print ".SH SEE ALSO" others
}
