# Two commands are all one needs: `make demo` shows tally at work, `make test` proves it.

PREFIX ?= /usr/local
DESTDIR ?=

# What building needs, and what the tests and the demo need besides. The -core packages of MariaDB hold
# the server without anything that would start one on this machine.
BUILD_PACKAGES := libhiredis-dev libmariadb-dev
TEST_PACKAGES := redis-server redis-tools mariadb-server-core mariadb-client-core faketime openssl tzdata \
  strace tidy
# The browser that draws reports, for `make browser` alone.
BROWSER_PACKAGES := chromium fonts-dejavu-core
# And the benchmarks, whose peer is a Python script.
BENCH_PACKAGES := gcc libc6-dev pkg-config python3-dev python3-venv

# A crash report takes seconds and keeps pipes open after the process is gone.
export SWIFT_BACKTRACE := enable=no

SWIFT_BUILD_FLAGS := --explicit-target-dependency-import-check error
# Without optimisation across modules every pass over a million entries would go through witness tables.
RELEASE_FLAGS := --configuration release --static-swift-stdlib --product tally \
  -Xswiftc -cross-module-optimization
SWIFT_FILES := Sources Tests Package.swift

.PHONY: help build test peer browser faults soak fuzz sanitize demo bench bench-sketches install \
  install-files uninstall lint format deps deps-build clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: deps-build ## build tally for trying it out (.build/debug/tally)
	swift build $(SWIFT_BUILD_FLAGS)

test: deps ## install what is missing and run the whole suite against real servers
	@Tests/TestServers/fetch-mysql.sh
	@Tests/SketchesTests/Peer/fetch-datasketches.sh
	swift test --disable-xctest $(SWIFT_BUILD_FLAGS)

# 10,000 random streams and unions, both ways; TALLY_PEER_STREAMS for another number.
peer: export TALLY_PEER_STREAMS ?= 10000
peer: ## compare sketches with those of the Python package datasketches (minutes)
	@Tests/SketchesTests/Peer/fetch-datasketches.sh
	swift build --build-tests $(SWIFT_BUILD_FLAGS)
	timeout 3600 swift test --skip-build --disable-xctest --filter PeerTests

# TALLY_BROWSER=/some/folder keeps the pictures there.
browser: export TALLY_BROWSER ?= 1
browser: deps ## read and draw the pages of reports in a headless Chromium
	@.ci/install-packages $(BROWSER_PACKAGES)
	swift build --build-tests $(SWIFT_BUILD_FLAGS)
	timeout 1200 swift test --skip-build --disable-xctest --filter BrowserTests

faults: deps ## strike at every system call of every job, on every server (minutes)
	@Tests/TestServers/fetch-mysql.sh
	TALLY_FAULTS=all swift test --disable-xctest $(SWIFT_BUILD_FLAGS) --filter FaultTests

# Bounded: TALLY_SOAK_SCHEDULES, and TALLY_SOAK_MINUTES after which no further schedule begins.
soak: export TALLY_SOAK_SCHEDULES ?= 2000
soak: deps ## play 2,000 random schedules of kills and other faults, and two years of cron (10 minutes)
	@Tests/TestServers/fetch-mysql.sh
	swift build --build-tests $(SWIFT_BUILD_FLAGS)
	timeout 3600 swift test --skip-build --disable-xctest --filter 'SoakTests|CronMonthsTests'

# Bounded: FUZZ_SECONDS for each of the targets, or for those that FUZZ_TARGETS names.
FUZZ_SECONDS ?= 30
# Optimised, overflows and bounds are checked all the same, and several times as many inputs are tried.
FUZZ_FLAGS := --configuration release -Xswiftc -enable-testing --scratch-path .build/fuzz \
  --product fuzz --sanitize=fuzzer --sanitize=address \
  -Xswiftc -sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table
fuzz: deps ## let libFuzzer look for bytes that break a reader (FUZZ_SECONDS each, 30)
	TALLY_FUZZ=1 swift build --quiet $(FUZZ_FLAGS)
	@Tests/Fuzz/fuzz.sh .build/fuzz/release/fuzz .build/fuzz/work $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# Without what runs under strace, which the leak sanitizer does not bear. A report is an error, be it in
# the tests or in the tool that they run; what is known of foreign libraries is passed over in the tests
# alone.
SANITIZED := 'JobsTests|RedisClientTests|MySQLClientTests|RedisStoreTests|MySQLStoreTests|FaultTests.(KillLoop|CutLoop|ShelfLoop|CarryLoop|LostReply|ReadBack|SignalLoop|Zombie|Model|ShelfMonth|Overtaken)Tests'
sanitize: export LSAN_OPTIONS := suppressions=$(CURDIR)/Tests/Sanitizers/leaks.txt:print_suppressions=0
sanitize: export TSAN_OPTIONS := suppressions=$(CURDIR)/Tests/Sanitizers/races.txt
sanitize: deps ## run the jobs under the address, leak and thread sanitizers (15 minutes)
	@Tests/TestServers/fetch-mysql.sh
	for kind in address thread; do \
	  swift build --build-tests --sanitize=$$kind --scratch-path .build/$$kind && \
	  swift test --skip-build --disable-xctest --sanitize=$$kind --scratch-path .build/$$kind \
	    --filter $(SANITIZED) || exit 1; \
	done

demo: deps ## show all four jobs at work on a private Redis and MariaDB
	swift build --product tally
	@Tests/Demo/demo.sh "$$(swift build --show-bin-path)/tally"

# BENCH_SCALE=0.01 is a quick look; also BENCH_ROUNDS, BENCH_ONLY and, for memory alone, BENCH_MEMORY=1.
bench: deps ## measure a release build against a usual script and raw tools (half an hour)
	@.ci/install-packages $(BENCH_PACKAGES)
	swift build $(RELEASE_FLAGS)
	@Tests/Benchmarks/bench.py "$$(swift build $(RELEASE_FLAGS) --show-bin-path)/tally"
	@$(MAKE) --no-print-directory bench-sketches

bench-sketches: deps ## measure the sketches alone against the Python package datasketches (a minute)
	@Tests/SketchesTests/Peer/fetch-datasketches.sh
	swift build $(RELEASE_FLAGS)
	TALLY_BENCH=1 swift build $(subst --product tally,--product sketchbench,$(RELEASE_FLAGS))
	@Tests/Benchmarks/sketches.py "$$(swift build $(RELEASE_FLAGS) --show-bin-path)/tally" \
	  "$$(swift build $(RELEASE_FLAGS) --show-bin-path)/sketchbench" .build/peer/bin/python

install: deps-build ## build a release and install it below $(DESTDIR)$(PREFIX)
	swift build $(RELEASE_FLAGS)
	@$(MAKE) --no-print-directory install-files \
	  TALLY="$$(swift build $(RELEASE_FLAGS) --show-bin-path)/tally"

# The completions and the manual pages are what this very program says of its commands.
SHARE := $(DESTDIR)$(PREFIX)/share
BASH_COMPLETION := $(SHARE)/bash-completion/completions/tally
ZSH_COMPLETION := $(SHARE)/zsh/site-functions/_tally
FISH_COMPLETION := $(SHARE)/fish/vendor_completions.d/tally.fish
MAN_FOLDER := $(SHARE)/man/man1
install-files:
	install -D -m 755 --strip "$(TALLY)" "$(DESTDIR)$(PREFIX)/bin/tally"
	@install -d -m 755 "$(dir $(BASH_COMPLETION))" "$(dir $(ZSH_COMPLETION))" \
	  "$(dir $(FISH_COMPLETION))" "$(MAN_FOLDER)"
	@umask 022 && "$(TALLY)" --generate-completion-script bash > "$(BASH_COMPLETION)"
	@umask 022 && "$(TALLY)" --generate-completion-script zsh > "$(ZSH_COMPLETION)"
	@umask 022 && "$(TALLY)" --generate-completion-script fish > "$(FISH_COMPLETION)"
	@cron/man/generate "$(TALLY)" "$(MAN_FOLDER)"

uninstall: ## remove what install put there
	rm -f "$(DESTDIR)$(PREFIX)/bin/tally" "$(BASH_COMPLETION)" "$(ZSH_COMPLETION)" \
	  "$(FISH_COMPLETION)"
	@for page in "$(MAN_FOLDER)"/tally.1 "$(MAN_FOLDER)"/tally-*.1; do \
	  if grep -qs '^.TH TALLY.*"tally manual"$$' "$$page"; then rm -f "$$page"; fi; \
	done

lint: ## check the style of all Swift files
	swift format lint --strict --recursive $(SWIFT_FILES)

format: ## put all Swift files into that style
	swift format --in-place --recursive $(SWIFT_FILES)

deps: ## install the Debian packages that building and testing need, where missing
	@.ci/install-packages $(BUILD_PACKAGES) $(TEST_PACKAGES)

deps-build:
	@.ci/install-packages $(BUILD_PACKAGES)

clean: ## remove everything that was built or fetched
	rm -rf .build
