//! Recordings: acts, work in counted units, frames. Replayed here they give frames whose digests are committed; the browser
//! replays the same ones in a worker (tests/web/worker.test.mjs), and must give the same bytes.
//!
//! `BLESS=1 cargo test --test session recordings` writes the digests anew.

use super::{act, open};
use std::{env, fs};
use tensorscope::data::digest;
use tensorscope::session::Wants;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/session");

/// The digests of the frames of every recording in the file.
fn replay(text: &str) -> String {
    let mut out = String::new();
    let mut session = None;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, rest) = line.split_once(' ').expect("a name and its parts");
        if name == "open" {
            let (lesson, state) = rest.split_once(' ').unwrap_or((rest, ""));
            session = Some(open(lesson, state));
            out.push_str(&format!("{line}\n"));
            continue;
        }
        let session = session.as_mut().expect("opened first");
        match name {
            "act" => act(session, &rest.replace("\\t", "\t")),
            "work" | "prove" => {
                session.work(rest.parse().expect("units"), name == "prove");
            }
            "frame" => {
                let views = rest.parse().expect("views");
                let bytes = session.frame(Wants { views, readouts: true, prove: true }).to_bytes();
                out.push_str(&format!("{:016x} {}\n", digest(&bytes), bytes.len()));
            }
            _ => panic!("{line}"),
        }
    }
    out
}

#[test]
fn a_recording_gives_its_frames() {
    let text = fs::read_to_string(format!("{FOLDER}/recordings.txt")).expect("recordings.txt");
    let (frames, path) = (replay(&text), format!("{FOLDER}/frames.txt"));
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &frames).expect("frames.txt");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(frames.lines().count() > 20, "the recordings have hardly a frame");
    for (line, (ours, theirs)) in frames.lines().zip(expected.lines()).enumerate() {
        assert_eq!(ours, theirs, "frames.txt:{}", line + 1);
    }
    assert_eq!(frames.lines().count(), expected.lines().count());
    // The same once more: nothing of a session outlives it.
    assert!(replay(&text) == frames);
}
