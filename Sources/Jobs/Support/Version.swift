/// The release of tally, as `tally --version` prints it and `tally_run` keeps it.
public let tallyVersion = "0.1.0"
