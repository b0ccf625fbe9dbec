#!/usr/bin/env bash
# Ours beside its peers, in one page of one headless Chromium, one thread each: prints a table, writes target/bench.json.
#
#   tests/bench/run.sh [--only TEXT] [--peers a,b] [--quick]
#   tests/bench/run.sh --modules     only compiles the two modules of the site's page "how fast is your machine"
#
# Peers from npm are pinned by package-lock.json, Burn and Candle by their own Cargo.lock; nothing of them is part of the
# package. Everything made here goes to target/bench/ and is made again only when its sources change.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
mkdir -p "$target/bench/wasm"
target=$(cd "$target" && pwd)
out=$target/bench

[ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] || rustup target add wasm32-unknown-unknown

# Only what the works call, through the optimiser that the site's own wasm goes through (build.sh); where that tool is not
# installed, nobody gets it, and everybody is heavier than need be. Ours goes through at the level of the site, the peers
# at the lowest: on Candle's module the highest takes more than five minutes. They come from rustc at its highest, which is
# how their own guides build them.
optimise() {
    local tool=$target/node/node_modules/.bin/wasm-opt
    node "$here/trim.mjs" "$1" "$2.new"
    if [ -x "$tool" ]; then
        # shellcheck disable=SC2086 # several flags
        "$tool" $3 --mvp-features --enable-simd --enable-bulk-memory --enable-bulk-memory-opt \
            --enable-call-indirect-overlong --enable-multivalue --enable-mutable-globals \
            --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext "$2.new" -o "$2.new"
    fi
    mv "$2.new" "$2"
}

# A contestant: the crate in folder $2 becomes wasm/$1.wasm; $3 is for optimise, $4 are further flags for rustc. Ours has
# those of the wasm that readers get (build.sh), the peers those that their guides name.
contestant() {
    local name=$1 dir=$2 level=$3 flags=$4
    shift 4
    env -u RUSTFLAGS CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-C target-feature=+simd128$flags" \
        cargo build --quiet --release --target wasm32-unknown-unknown "$@" \
        --manifest-path "$dir/Cargo.toml" --target-dir "$out/cargo" || return
    local built=$out/cargo/wasm32-unknown-unknown/release/bench_$name.wasm
    [ "$out/wasm/$name.wasm" -nt "$built" ] || optimise "$built" "$out/wasm/$name.wasm" "$level"
}

contestant limit "$here/limit" -O3 "" --locked
# The versions that the package has locked, for the package as a dependency.
cp "$root/Cargo.lock" "$here/ours/Cargo.lock"
paths="--remap-path-prefix=$root=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"
contestant ours "$here/ours" "-O3 --one-caller-inline-max-function-size=50" " -C llvm-args=-disable-lsr $paths"
[ "${1:-}" != --modules ] || exit 0

if ! cmp -s "$here/package-lock.json" "$out/installed.json"; then
    rm -rf "$out/node_modules" "$out/js"
    cp "$here/package.json" "$here/package-lock.json" "$out/"
    (cd "$out" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$here/package-lock.json" "$out/installed.json"
fi
[ -e "$out/js/parts.json" ] || node "$here/bundle.mjs" "$out"

for peer in burn candle; do
    contestant "$peer" "$here/peers/$peer" -O1 "" --locked || {
        echo "bench: $peer does not build; its column will say that it is missing" >&2
        rm -f "$out/wasm/$peer.wasm"
    }
done

[ $# -gt 0 ] || node "$here/memory.mjs" "$out" || {
    echo "bench: the memory of a training step grows" >&2
    exit 1
}
exec node "$here/run.mjs" "$out" "$@"
