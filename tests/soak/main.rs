//! What takes minutes: full counts of random cases. `./build.sh soak` runs it.

mod programs;
