//! Sessions without a browser: acts in, work in counted units, frames out.

mod codec;
mod queue;
mod recordings;

use tensorscope::session::{Act, Session};

/// A session of `lesson` in `state`.
fn open(lesson: &str, state: &str) -> Session {
    Session::open(lesson, state).unwrap_or_else(|problem| panic!("{lesson} {state}: {problem}"))
}

/// Carries out an act, written as a line.
fn act(session: &mut Session, line: &str) {
    session.act(Act::parse(line).unwrap_or_else(|| panic!("no act: {line}")));
}

/// Works until nothing is left; says in how many portions.
fn finish(session: &mut Session, prove: bool) -> u32 {
    let mut portions = 1;
    while session.work(64, prove) > 0.0 {
        portions += 1;
        assert!(portions < 1_000_000, "a session does not come to rest");
    }
    portions
}
