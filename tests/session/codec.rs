//! Frames on their way between threads.

use super::{act, finish, open};
use tensorscope::lessons::REGISTRY;
use tensorscope::session::{Frame, Wants};

#[test]
fn frames_survive_their_way_through_bytes() {
    for entry in REGISTRY {
        let id = entry.manifest.id;
        let mut session = open(id, "");
        act(&mut session, "set\tno_such\t1");
        act(&mut session, "seek\t1");
        finish(&mut session, true);
        act(&mut session, "focus\tloss");
        let frame = session.frame(Wants { views: u32::MAX, readouts: true, prove: true });
        let bytes = frame.to_bytes();
        let read = Frame::from_bytes(&bytes).unwrap_or_else(|| panic!("{id}: not read"));
        // Equal bytes are equal numbers, NaN included.
        assert!(read.to_bytes() == bytes, "{id}");
        assert_eq!(format!("{read:?}"), format!("{frame:?}"), "{id}");
        for end in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            assert_eq!(Frame::from_bytes(&bytes[..end]).map(|_| ()), None, "{id}: {end} of {} bytes", bytes.len());
        }
    }
}
