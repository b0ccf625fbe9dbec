#!/usr/bin/env bash
#
# The only commands a person needs: `./build.sh serve` and `./build.sh test` (and `--help`).
#
# Not a build system: cargo knows what is stale, this script calls it in the right order and installs what a machine with
# rustup and Node lacks. Everything that it makes stands under target/ and dist/, and a second run finds it there.
#
# The way of the code to the reader:
#
#   cargo, three times  ->  src/bin/bind.rs (the JavaScript glue)  ->  wasm-opt  ->  target/pkg  ->  src/bin/site  ->  dist/
#
# | module   | profile | what it is for                                                                   |
# |----------|---------|----------------------------------------------------------------------------------|
# | simd     | wasm    | every lesson, as fast as it goes                                                 |
# | portable | wasm    | the same for browsers without SIMD                                               |
# | light    | light   | the lessons that need neither speed nor convolutions, a third as large           |

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

TARGET=${CARGO_TARGET_DIR:-target}
mkdir -p "$TARGET"
TARGET=$(cd "$TARGET" && pwd)
TOOLS=$TARGET/node
PKG=$TARGET/pkg
WASM=wasm32-unknown-unknown
MODULES=(simd portable light)
MEMORY=268435456 # bytes that one instance may ever use: 256 MiB, so that a runaway ends in a message, not in a dead tab

help() {
  cat <<'END'
tensorscope: ./build.sh COMMAND

  serve   builds the site, serves it and prints its address (PORT=8080 asks for a port)
  test    everything below, every test that this machine can run, and the size budget
  check   formatting, lints, the map of the modules, types of the JavaScript, file sizes
  build   builds the site into dist/: static files for any host and any sub-path
  bench   measures the engine beside its peers
  train   makes the shipped weights from scratch and compares them, bit for bit (--write writes them)
  soak    the tests that take long, with their counts

Needed: rustup (https://rustup.rs) and Node 20 or later (https://nodejs.org). Everything else is installed under target/.
`test` also needs a browser; TENSORSCOPE_BROWSER=/path/to/chrome names one.
END
}

say() { printf '\n== %s\n' "$*" >&2; }
fail() {
  printf '\nbuild.sh: %s\n' "$*" >&2
  exit 1
}

# --- What the machine needs ------------------------------------------------------------------------------------------

need_rust() {
  command -v cargo >/dev/null || PATH=$HOME/.cargo/bin:$PATH
  command -v cargo >/dev/null || fail "cargo is missing. Install Rust with rustup: https://rustup.rs"
  [[ -d $(rustc --print sysroot)/lib/rustlib/$WASM ]] && return
  command -v rustup >/dev/null ||
    fail "this Rust cannot compile for $WASM. Install Rust with rustup (https://rustup.rs), or add that target by hand."
  say "adding the Rust target $WASM"
  rustup target add $WASM || fail "rustup could not add the target $WASM; run 'rustup target add $WASM' to see why."
}

need_node() {
  command -v npm >/dev/null || fail "npm is missing. Install Node 20 or later: https://nodejs.org"
  node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ||
    fail "Node $(node --version) is too old. Install Node 20 or later: https://nodejs.org"
  if ! cmp -s tests/web/package-lock.json "$TOOLS/package-lock.json"; then
    say "installing the tools named in tests/web/package-lock.json"
    rm -rf "$TOOLS"
    mkdir -p "$TOOLS.new"
    cp tests/web/package.json tests/web/package-lock.json "$TOOLS.new/"
    npm ci --prefix "$TOOLS.new" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
      fail "npm could not install the tools. Is the npm registry ($(npm config get registry)) within reach?"
    mv "$TOOLS.new" "$TOOLS"
  fi
  # The tests import their tools by name, and Node looks for them beside the file that asks.
  [[ tests/web/node_modules -ef $TOOLS/node_modules ]] || ln -sfn "$TOOLS/node_modules" tests/web/node_modules
}

# Sets TENSORSCOPE_BROWSER to the first of the named programs that exists; false where none does.
first_browser() {
  local name path
  for name in "$@"; do
    if path=$(command -v "$name"); then
      export TENSORSCOPE_BROWSER=$path
      return
    fi
  done
  return 1
}

# Finds or installs a browser that the tests can drive; false where there is none. Chromium first: a Firefox must be recent.
need_browser() {
  local chromes=(chromium chromium-browser google-chrome google-chrome-stable
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium")
  [[ -n ${TENSORSCOPE_BROWSER:-} ]] && return
  first_browser "${chromes[@]}" && return
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    say "installing a browser for the tests: Debian's package chromium, with a font for Chinese"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq chromium fonts-noto-cjk; } >&2 || true
  fi
  first_browser "${chromes[@]}" firefox
}

# Adds the engines of Firefox and Safari where that is easy; tests/web/engines.test.mjs skips, aloud, what is not there.
need_engines() {
  local asked=$TARGET/engines-asked
  [[ -e $asked || $(id -u) != 0 ]] && return
  command -v apt-get >/dev/null || return 0
  touch "$asked"
  command -v firefox-esr >/dev/null && command -v WebKitWebDriver >/dev/null && command -v xvfb-run >/dev/null && return
  say "installing two more browser engines for the tests: Debian's packages firefox-esr, webkit2gtk-driver and xvfb"
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends \
      firefox-esr webkit2gtk-driver xvfb xauth; } >&2 || true
}

# --- From Rust to the page -------------------------------------------------------------------------------------------

# True where $1 is missing or older than one of the other files.
stale() {
  local out=$1 input
  shift
  [[ -e $out ]] || return 0
  for input in "$@"; do [[ $input -nt $out ]] && return 0; done
  return 1
}

# Compiles one module.
compile() {
  local name=$1 profile=wasm features=-simd128 options=()
  case $name in
  simd) features=+simd128 ;;
  light) profile=light options=(--no-default-features --features page) ;;
  esac
  # The paths of this machine are cut out of panic messages: the same source gives the same bytes everywhere.
  local flags="-C target-feature=$features -C link-arg=--max-memory=$MEMORY"
  # LLVM's loop strength reduction moves addresses out of the load instructions: without it the inner tile of a product runs
  # at the speed of a loop that only multiplies and adds (with it at 0.85 of that), and the module is 3 % smaller.
  flags+=" -C llvm-args=-disable-lsr"
  flags+=" --remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"
  env -u RUSTFLAGS CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$flags" \
    cargo build --quiet --locked --lib --target $WASM --profile $profile ${options[@]+"${options[@]}"} \
    --target-dir "$TARGET/wasm-$name" || fail "the $name module does not compile."
}

# Makes of a compiled module what readers get.
finish() {
  local name=$1 out=$TARGET/wasm-$1 profile=wasm options
  # A kernel's loop that stands in a function of its own stays there (`#[inline(never)]` in Rust says so, and wasm-opt does not
  # know): beside others an older V8 runs out of registers. In Node 20 convolutions take 0.45 to 0.75 of the time with this
  # flag; in Chromium 156 they take the same.
  local fast=(-O3 --one-caller-inline-max-function-size=50)
  case $name in
  simd) options=("${fast[@]}" --enable-simd) ;;
  portable) options=("${fast[@]}") ;;
  # Control flow is built anew from a flat form: it then looks alike in more places (0.6 KB after brotli).
  light) profile=light options=(--flatten --rereloop -Oz -Oz) ;;
  esac
  local raw=$out/$WASM/$profile/tensorscope.wasm
  stale "$out/opt.wasm" "$raw" "$BIND" "$TOOLS/package-lock.json" build.sh || return 0

  "$BIND" "$raw" "$out/bound" || fail "src/bin/bind.rs could not write the glue of the $name module."
  # Features are named one by one, as rustc uses them: asking for all of them yields modules that no browser accepts.
  "$TOOLS/node_modules/.bin/wasm-opt" --mvp-features --enable-bulk-memory --enable-bulk-memory-opt \
    --enable-call-indirect-overlong --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int \
    --enable-reference-types --enable-sign-ext "${options[@]}" "$out/bound/tensorscope_bg.wasm" -o "$out/new.wasm" ||
    fail "wasm-opt refused the $name module."
  node -e 'new WebAssembly.Module(fs.readFileSync(process.argv[1]))' "$out/new.wasm" ||
    fail "the $name module is not valid WebAssembly after wasm-opt."
  mv "$out/new.wasm" "$out/opt.wasm"
}

# Waits for background jobs; false where one failed.
all() {
  local job
  for job in "$@"; do wait "$job" || exit 1; done
}

# Makes the named modules, and the native tools.
modules() {
  need_rust
  need_node
  say "compiling the engine to WebAssembly: $*"
  # All at once: no two share a folder, and the last stage of each (optimisation of the whole program) keeps one core busy.
  local jobs=() name
  for name in "$@"; do compile "$name" & jobs+=($!); done
  cargo build --quiet --locked --features bind --bins || fail "the native tools (src/bin) do not compile."
  all "${jobs[@]}"

  BIND=$TARGET/debug/bind jobs=()
  for name in "$@"; do finish "$name" & jobs+=($!); done
  all "${jobs[@]}"
  mkdir -p "$PKG"
  for name in "$@"; do
    cp -p "$TARGET/wasm-$name/opt.wasm" "$PKG/$name.wasm"
    # Two modules share the glue of the full one.
    local glue=$TARGET/wasm-$name/bound/tensorscope.js
    case $name in
    light) cp -p "$glue" "$PKG/light.js" ;;
    simd) cp -p "$glue" "$PKG/full.js" ;;
    portable) cmp "$glue" "$PKG/full.js" >&2 || fail "the two modules need different glue; src/web must not depend on target features." ;;
    esac
  done
}

# The two modules of the page "how fast is your machine": those of the bench, so that both measure the same.
machine() {
  say "compiling the works of the bench for the page that measures the reader's machine"
  CARGO_TARGET_DIR=$TARGET tests/bench/run.sh --modules || fail "the works of the bench do not compile (tests/bench/ours)."
  cp "$TARGET/bench/wasm/ours.wasm" "$PKG/machine.wasm"
  cp "$TARGET/bench/wasm/limit.wasm" "$PKG/limit.wasm"
}

# Writes the site around the modules that there are.
pages() {
  say "writing the pages"
  rm -rf dist.new
  "$TARGET/debug/site" --pkg "$PKG" --out dist.new || fail "the site could not be written; the line above says why."
  # One script instead of twenty: they compress better together. Comments and names are for those who read the code, who
  # find them beside it in the source maps.
  local esbuild=("$TOOLS/node_modules/.bin/esbuild" --minify --charset=utf8 --target=es2022 --log-level=warning)
  # What only some pages need is a chunk of its own; the worker's script brings its glue along, for it fetches nothing.
  "${esbuild[@]}" www/main.js www/machine.js --bundle --splitting --format=esm --sourcemap --outdir=dist.new/app --allow-overwrite &&
    "${esbuild[@]}" www/host/worker.js --bundle --format=iife --alias:engine-glue="$PKG/full.js" --outfile=dist.new/app/worker.js &&
    "${esbuild[@]}" dist.new/app/pkg/*.js dist.new/*.css --outdir=dist.new --outbase=dist.new --allow-overwrite ||
    fail "esbuild refused a script or the style sheet of the page."
  rm -rf dist
  mv dist.new dist
}

build() {
  modules "${MODULES[@]}"
  machine
  pages
}

# The lessons first: the module for browsers without SIMD and the page that measures machines follow while they are being read.
serve() {
  modules simd light
  touch "$PKG"/{portable,machine,limit}.wasm
  pages
  (modules portable && machine && cp "$PKG"/{portable,machine,limit}.wasm dist/app/pkg/ && say "the site is complete") &
  exec node tests/web/serve.mjs dist
}

# --- Tests -----------------------------------------------------------------------------------------------------------

passed=0 failed=0 skipped=0
troubles=()
skips=()

# Runs a command as one test.
step() {
  local name=$1
  shift
  say "$name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    troubles+=("$name")
  fi
}

# Runs a test runner and adds what it counts: cargo's "test result:" lines, or the closing lines of node --test.
runner() {
  local name=$1 log status=0 p f s
  shift
  say "$name"
  log=$(mktemp "$TARGET/log.XXXXXX")
  "$@" 2>&1 | tee "$log" || status=$?
  read -r p f s < <(awk '
    /^test result:/ { p += $4; f += $6; s += $8 }
    /^ℹ pass /      { p += $3 }
    /^ℹ (fail|cancelled) /  { f += $3 }
    /^ℹ (skipped|todo) /    { s += $3 }
    END { print p + 0, f + 0, s + 0 }' "$log")
  # A runner that broke without a failing test (it does not compile, it crashed) is one failure.
  [[ $status == 0 || $f != 0 ]] || f=1
  [[ $status == 0 ]] || troubles+=("$name")
  while IFS= read -r line; do skips+=("$line"); done < <(grep -E '^test .* \.\.\. ignored|^ *﹣|# SKIP' "$log" || true)
  rm -f "$log"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

skip() {
  skipped=$((skipped + 1))
  skips+=("$*")
}

# The closing lines; false where something failed.
count() {
  local line
  for line in ${skips[@]+"${skips[@]}"}; do printf 'skipped: %s\n' "$line"; done
  for line in ${troubles[@]+"${troubles[@]}"}; do printf 'FAILED: %s\n' "$line"; done
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [[ $failed == 0 ]]
}

typecheck() { "$TOOLS/node_modules/.bin/tsc" --noEmit --project tests/web/tsconfig.json; }

# Files past 400 lines are listed, past 500 they are refused (tests/layers.rs refuses them too).
sizes() {
  git ls-files 'src/*.rs' 'tests/*.rs' 'www/*.js' 'www/*.css' 'tests/*.mjs' '*.sh' | while IFS= read -r file; do
    [[ -e $file ]] && printf '%5d  %s\n' "$(wc -l <"$file")" "$file"
  done | sort -rn | awk '
    { files++; lines += $1 }
    $1 > 400 { print; long++ }
    $1 > 500 { over++ }
    END {
      printf "%d files, %d lines; %d past 400, %d past 500\n", files, lines, long, over
      exit over > 0
    }'
}

lints() {
  step "cargo fmt" cargo fmt --check
  step "clippy, native" cargo clippy --quiet --locked --all-targets --all-features -- -D warnings
  step "clippy, wasm" cargo clippy --quiet --locked --lib --target $WASM -- -D warnings
  step "clippy, the light build" cargo clippy --quiet --locked --lib --target $WASM --no-default-features --features page -- -D warnings
  step "the modules build" ./build.sh modules
  step "types of the JavaScript" typecheck
  step "file sizes" sizes
}

check() {
  need_rust
  need_node
  lints
  runner "the map of the modules" cargo test --quiet --locked --test layers
  count
}

everything() {
  need_rust
  need_node
  lints
  runner "cargo test" cargo test --locked --no-fail-fast
  runner "the light build" cargo test --locked --no-default-features --test light
  step "the site builds" ./build.sh build
  step "size budget" node tests/web/size.mjs dist
  if need_browser; then
    need_engines
    printf '\nbrowser: %s\n' "$TENSORSCOPE_BROWSER"
    # Two files at a time: much of a page's test is waiting for it to rest.
    runner "browser tests" node --test --test-concurrency=2 --test-reporter=spec tests/web/*.test.mjs
  else
    skip "all browser tests: no browser found. Install Chromium, Chrome or Firefox, or name one in TENSORSCOPE_BROWSER."
  fi
  count
}

# The browser scripts of soak: each is a file for node --test that drives the built site.
SOAKS=(tests/web/soak/*.test.mjs)

soak() {
  need_rust
  runner "long tests of the engine" cargo test --release --locked --test soak -- --ignored --nocapture --test-threads=1
  if [[ ! -e ${SOAKS[0]} ]]; then
    say "no browser script in tests/web/soak"
  elif need_node && need_browser; then
    step "the site builds" ./build.sh build
    runner "long tests in a browser" node --test --test-concurrency=1 --test-reporter=spec "${SOAKS[@]}"
  else
    skip "${#SOAKS[@]} browser scripts: no browser found"
  fi
  count
}

case ${1:---help} in
serve) serve ;;
test) everything ;;
check) check ;;
build) build ;;
modules) modules "${MODULES[@]}" ;;
bench)
  need_rust
  need_node
  exec tests/bench/run.sh "${@:2}"
  ;;
train)
  need_rust
  exec cargo run --quiet --release --locked --bin train -- "${@:2}"
  ;;
soak) soak ;;
-h | --help | help) help ;;
*)
  help >&2
  fail "there is no command '$1'."
  ;;
esac
