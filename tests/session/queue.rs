//! What acts do, in which order work is done, and what stands in a frame.

use super::{act, finish, open};
use tensorscope::lessons::REGISTRY;
use tensorscope::session::{Act, Session, Wants};

const ALL: Wants = Wants { views: u32::MAX, readouts: true, prove: true };

#[test]
fn lines_are_acts_and_nothing_else_is() {
    let set = |id: &str, text: &str| Act::Set { id: id.into(), text: text.into() };
    for (line, expected) in [
        ("set\tlr\t0.5", Some(set("lr", "0.5"))),
        ("set\tstack\ta\tb", Some(set("stack", "a\tb"))),
        ("edit\tw1_1_1\t", Some(Act::Edit { id: "w1_1_1".into(), text: String::new() })),
        ("seek\t12", Some(Act::Seek(12))),
        ("stay", Some(Act::Stay)),
        ("moment\t2\t0.25", Some(Act::Moment { index: 2, progress: 0.25 })),
        ("focus\t", Some(Act::Focus(String::new()))),
        ("focus\tloss", Some(Act::Focus("loss".into()))),
        ("reset", Some(Act::Reset)),
        ("seek\t-1", None),
        ("seek\t1.5", None),
        ("seek\tNaN", None),
        ("moment\t2", None),
        ("moment\tx\t0", None),
        ("set\tlr", None),
        ("", None),
        ("jump\t3", None),
    ] {
        assert_eq!(Act::parse(line), expected, "{line:?}");
    }
}

#[test]
fn a_lesson_that_is_not_there_is_said() {
    let problem = Session::open("no-such", "").err().expect("no lesson of this name");
    assert!(problem.to_string().contains("no-such"), "{problem}");
}

/// The first frame of every lesson is whole; the second says only what it must.
#[test]
fn a_frame_has_what_has_changed_and_nothing_else() {
    for entry in REGISTRY {
        let id = entry.manifest.id;
        let mut session = open(id, "");
        finish(&mut session, true);
        let first = session.frame(ALL);
        assert!(first.whole && first.state.is_some() && first.controls.is_some() && first.moments.is_some(), "{id}");
        assert!(first.names.is_some() && first.files == Some(Vec::new()), "{id}: {:?}", first.files);
        assert_eq!(first.views.len(), entry.manifest.views.len(), "{id}");
        assert!(first.proof.flatten().is_some_and(|proof| proof.claims > 0), "{id}");
        let second = session.frame(ALL);
        assert!(!second.whole && second.state.is_none() && second.controls.is_none() && second.names.is_none(), "{id}");
        // A number that is absent is not equal to itself, so what has one is told again.
        assert!(second.views.len() < first.views.len(), "{id}: {} views again", second.views.len());
    }
}

#[test]
fn acts_are_counted_and_mistakes_stand_in_the_next_frame() {
    for entry in REGISTRY {
        let id = entry.manifest.id;
        let mut session = open(id, "");
        act(&mut session, "set\tno_such\t1");
        act(&mut session, "edit\tno_such\t1");
        act(&mut session, "seek\t1");
        let frame = session.frame(Wants::default());
        assert_eq!((frame.answered, frame.notices.len()), (3, 2), "{id}: {:?}", frame.notices);
        assert!(session.frame(Wants::default()).notices.is_empty(), "{id}: a mistake is told once");
    }
}

/// A moment that is wanted of a step is shown when that is reached, not before.
#[test]
fn a_moment_waits_for_its_step() {
    for entry in REGISTRY {
        let id = entry.manifest.id;
        let mut session = open(id, "");
        finish(&mut session, false);
        let before = session.frame(Wants::default()).moment;
        act(&mut session, "seek\t2");
        act(&mut session, "moment\t1\t1");
        let frame = session.frame(Wants::default());
        assert_eq!((frame.step, frame.left, frame.moment), (0, 2, before), "{id}");
        finish(&mut session, false);
        let frame = session.frame(Wants::default());
        assert_eq!((frame.step, frame.left), (2, 0), "{id}");
        let last = session.run().lesson().moments().len() as u32 - 1;
        assert_eq!(frame.moment, last.min(1), "{id}");
    }
}

#[test]
fn who_stays_is_at_the_step_that_was_reached() {
    let mut session = open(REGISTRY[0].manifest.id, "");
    act(&mut session, "seek\t500");
    session.work(7, false);
    act(&mut session, "stay");
    assert_eq!(session.work(100, false) as u32, 0);
    let frame = session.frame(Wants::default());
    assert_eq!((frame.step, frame.left, frame.furthest), (7, 0, 7));
}

/// A proof is made where it is asked for, after the steps, and does not outlive what it proves.
#[test]
fn a_proof_is_of_what_is_shown() {
    for entry in REGISTRY {
        let id = entry.manifest.id;
        let mut session = open(id, "");
        finish(&mut session, false);
        assert_eq!(session.frame(ALL).proof, Some(None), "{id}: nobody has asked");
        finish(&mut session, true);
        assert!(session.frame(ALL).proof.flatten().is_some(), "{id}");
        act(&mut session, "focus\tno_such");
        act(&mut session, "moment\t0\t1");
        assert!(session.frame(ALL).proof.flatten().is_some(), "{id}: the same step is still proved");
        act(&mut session, "seek\t1");
        assert_eq!(session.frame(ALL).proof, Some(None), "{id}");
        finish(&mut session, false);
        assert_eq!(session.frame(ALL).proof, Some(None), "{id}: another step");
    }
}
