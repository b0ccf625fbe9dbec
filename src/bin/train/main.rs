//! Makes the shipped weights from scratch, bit for bit, and says whether they are those of the repository.
//!
//! Not a trainer for other data: a file of weights is one module here, which says how it was learned, and one row of [`ALL`].
//!
//! `train` makes all of them and compares; it fails where a byte differs. `train --write` writes them over the files.
//! `train --steps 20` goes so far only, and prints a digest of each one's weights. `train --report` learns nothing and says
//! what the files can do. `./build.sh train` is `train` in a release build.

mod reading;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use std::{env, fs};
use tensorscope::data::digest;

/// The folder of the data sets and weights.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/data/");

/// One file of weights.
struct Weights {
    /// The file, below [`DATA`].
    file: &'static str,
    /// Learns for at most so many steps; prints a line for each epoch.
    learn: fn(steps: usize) -> Vec<f32>,
    /// The bytes of the file.
    write: fn(&[f32]) -> Vec<u8>,
    /// What they can do, in words.
    report: fn(&[u8]) -> String,
}

/// Every file of weights that the site has.
const ALL: &[Weights] = &[Weights {
    file: tensorscope::data::reading::FILE,
    learn: reading::learn,
    write: tensorscope::data::reading::write,
    report: reading::report,
}];

/// What was asked for.
#[derive(Clone, Copy)]
enum Task {
    Compare,
    Write,
    Steps(usize),
    Report,
}

fn task() -> Option<Task> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Some(Task::Compare),
        ["--write"] => Some(Task::Write),
        ["--report"] => Some(Task::Report),
        ["--steps", count] => count.parse().ok().map(Task::Steps),
        _ => None,
    }
}

fn main() -> ExitCode {
    let Some(task) = task() else {
        eprintln!("usage: train [--write | --steps COUNT | --report]");
        return ExitCode::FAILURE;
    };
    let mut different = 0;
    for weights in ALL {
        different += usize::from(!weights.make(task));
    }
    if different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Weights {
    /// Does what was asked for; false where the bytes are not those of the file.
    fn make(&self, task: Task) -> bool {
        let Weights { file, learn, write, report } = self;
        let path = Path::new(DATA).join(file);
        let known = || fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Task::Report = task {
            println!("{file}: {}", report(&known()));
            return true;
        }
        if let Task::Steps(count) = task {
            let bits: Vec<u8> = learn(count).into_iter().flat_map(f32::to_le_bytes).collect();
            println!("{file}: after {count} steps {:#018x}", digest(&bits));
            return true;
        }
        println!("{file}: learning");
        let began = Instant::now();
        let bytes = write(&learn(usize::MAX));
        let seconds = began.elapsed().as_secs_f64();
        println!("{file}: {} bytes, digest {:#018x}, {}, {seconds:.1} s", bytes.len(), digest(&bytes), report(&bytes));
        if let Task::Write = task {
            fs::write(&path, &bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            println!("{file}: written");
            return true;
        }
        let equal = known() == bytes;
        println!("{file}: {}", if equal { "equal to the file, bit for bit" } else { "NOT EQUAL to the file" });
        equal
    }
}
