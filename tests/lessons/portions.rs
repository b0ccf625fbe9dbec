//! Lesson 9 in portions, as the page takes it: the same bits as at once, and every portion small; paint, and the network that
//! has learned.

use super::{bits, go, readout, run};
use tensorscope::lessons::find;
use tensorscope::session::Run;

const LESSON: &str = "receptive-field";

fn begun(state: &str) -> Run {
    Run::new(find(LESSON).expect("the lesson"), state)
}

/// Goes on in portions until nothing is left; says how many there were.
fn portions(run: &mut Run) -> u32 {
    let mut count = 0;
    while run.work_on(4) > 0 || run.is_behind() {
        count += 1;
        assert!(count < 100_000);
    }
    count
}

#[test]
fn a_step_in_portions_is_the_step_at_once() {
    for (preset, least) in
        [("first", 20), ("resnet50_all", 200), ("trained", 20), ("bell", 10), ("askew", 20), ("mobilenet_v2", 100)]
    {
        let at_once = run(LESSON, &format!("preset={preset}&step=2"));
        let mut divided = begun(&format!("preset={preset}&step=2"));
        let count = portions(&mut divided);
        assert!(count >= least, "{preset}: {count} portions");
        assert_eq!(bits(&divided), bits(&at_once), "{preset}");
    }
}

#[test]
fn a_step_that_is_left_in_the_middle_shows_nothing_and_can_be_gone_on_with() {
    let mut figure = run(LESSON, "preset=resnet50_all&step=1");
    let before = bits(&figure);
    figure.seek(3);
    for _ in 0..30 {
        figure.work_on(1);
    }
    assert!(figure.advanced() > 0.0 && figure.advanced() < 1.0, "{}", figure.advanced());
    assert_eq!((figure.step(), bits(&figure)), (1, before.clone()));
    // Stopping there, and going on: the pass is still there.
    figure.seek(1);
    assert_eq!((figure.work_on(0), bits(&figure)), (0, before.clone()));
    figure.seek(2);
    portions(&mut figure);
    let second = bits(&figure);
    assert_eq!(second, bits(&run(LESSON, "preset=resnet50_all&step=2")));
    // Dragged back in the middle of the third, and forward again.
    figure.seek(3);
    figure.work_on(1);
    figure.seek(1);
    assert_eq!(bits(&figure), before);
    figure.seek(2);
    portions(&mut figure);
    assert_eq!(bits(&figure), second);
}

#[test]
fn a_proof_in_portions_is_the_proof_at_once() {
    for preset in ["first", "resnet50", "askew", "trained"] {
        let (at_once, mut divided) =
            (run(LESSON, &format!("preset={preset}")), run(LESSON, &format!("preset={preset}")));
        let mut count = 0;
        while divided.prove() {
            count += 1;
        }
        assert!(count > 5, "{preset}: {count} portions");
        assert_eq!(divided.lesson().claims(), at_once.lesson().claims(), "{preset}");
    }
}

#[test]
fn paint_outside_the_box_changes_nothing_and_inside_something() {
    let small = "input64x64x3+conv3x8p1+bn+relu+maxpool2+res(conv3x8p1+bn+relu+conv3x8p1+bn)+relu+conv3x8p1";
    let mut figure = run(LESSON, &format!("stack={small}&tool=brush&brush=6&step=1"));
    let numbers = ["left", "top", "right", "bottom"].map(|id| readout(&figure, id));
    let [left, top, right, bottom] = numbers;
    for outside in [(left - 7.0, top), (right + 8.0, bottom), (left, top - 7.0), (3.0, 3.0), (63.0, 62.0)] {
        assert_eq!(figure.edit("paint", &format!("{},{}", outside.0, outside.1)), None);
        assert_eq!((readout(&figure, "changed"), readout(&figure, "changed_outside")), (0.0, 0.0), "{outside:?}");
    }
    // A stroke around two corners of the box, and then into it.
    for next in ["+3,62", "+62,62"] {
        assert_eq!(figure.edit("paint", next), None);
        assert_eq!(readout(&figure, "changed"), 0.0, "{next}");
    }
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    assert_eq!(figure.edit("paint", &format!("+{x},{y}")), None);
    assert!(readout(&figure, "changed") != 0.0);
    assert_eq!(readout(&figure, "changed_outside"), 0.0);
    assert!(figure.lesson().claims().iter().any(|claim| claim.id == "brush" && claim.holds()));
    // Paint is there at every step, and takes nothing away.
    assert_eq!((figure.step(), figure.furthest()), (1, 1));
    assert_eq!(bits(&figure), bits(&run(LESSON, &figure.state())), "{}", figure.state());
    let painted = bits(&figure);
    go(&mut figure, 4);
    go(&mut figure, 0);
    assert!(readout(&figure, "changed") != 0.0);
    go(&mut figure, 1);
    assert_eq!(bits(&figure), painted);
    // A clean picture has nothing to say.
    assert_eq!(figure.edit("paint", ""), None);
    assert!(figure.lesson().readouts(figure.at()).iter().all(|readout| !readout.id.starts_with("changed")));
    assert!(figure.edit("paint", "1,2,3,4").is_some() && figure.edit("paint", "x").is_some());
}

#[test]
fn paint_in_a_hole_changes_nothing() {
    let mut figure = run(LESSON, "preset=holes&tool=brush&brush=1");
    let left = readout(&figure, "left");
    // The middle of a pixel that dilations of 2, 2, 2 jump over.
    figure.edit("paint", &format!("0.4,{},{}", left + 1.5, left + 1.5));
    assert_eq!(readout(&figure, "changed"), 0.0);
    figure.edit("paint", &format!("0.4,{},{}", left + 2.5, left + 2.5));
    assert!(readout(&figure, "changed") != 0.0);
}

#[test]
fn there_is_room_for_so_much_paint() {
    let mut figure = run(LESSON, "tool=brush&brush=1");
    let mut added = 0;
    let problem = loop {
        let place = format!("+{},{}", 10 * (added % 20), 10 * (added / 20));
        match figure.begin_edit("paint", &place) {
            None => added += 1,
            Some(problem) => break problem,
        }
    };
    assert!((300..=400).contains(&added), "{added}");
    assert_eq!(problem.code.name(), "full");
    assert!(figure.state().len() < 8000);
}

#[test]
fn learned_weights_are_averaged_over_digits_beside_random_ones() {
    let figure = run(LESSON, "preset=trained&step=16");
    assert_eq!(readout(&figure, "passes"), 16.0);
    // Digits are higher than wide: what has learned looks further down the picture than across it, and further than before.
    let widths = ["variance_x", "variance_y", "untrained_variance_x", "untrained_variance_y"];
    let [across, down, across_before, down_before] = widths.map(|id| readout(&figure, id));
    assert!(
        down > 1.15 * across && down / across > down_before / across_before,
        "{across} {down} {across_before} {down_before}"
    );
    assert!(figure.lesson().claims().iter().all(|claim| claim.holds()));
    // Nearly all digits are read right.
    let right = (1..=16).filter(|step| {
        let at = run(LESSON, &format!("preset=trained&step={step}"));
        readout(&at, "digit") == readout(&at, "said")
    });
    assert!(right.count() >= 14);
    // Another seed, other digits.
    assert_ne!(bits(&figure), bits(&run(LESSON, "preset=trained&step=16&seed=2")));
}

#[test]
fn learned_weights_belong_to_one_stack() {
    let mut other = run(LESSON, "weights=trained");
    assert_eq!(other.take_notices()[0].subject, "weights");
    assert_eq!(other.current().choice("weights"), 0);
    assert!(other.set("weights", "trained").is_some());
    let mut reads = run(LESSON, "preset=trained");
    assert_eq!((reads.take_notices(), reads.missing().len()), (Vec::new(), 0));
    assert!(reads.set("stack", "input32x32x1 conv3x8").is_some());
    assert_eq!(reads.current().choice("weights"), 0);
}

#[test]
fn a_stack_is_computed_with_as_many_channels_as_fit_and_that_is_said() {
    let mut vgg = run(LESSON, "preset=vgg16&channels=all");
    let notices = vgg.take_notices();
    assert_eq!((&*notices[0].subject, &*notices[0].expected), ("channels", "half"));
    assert_eq!(vgg.current().choice("channels"), 1);
    let mut endless = run(LESSON, "stack=input512x512x3+conv3x4096p1+conv3x4096p1");
    assert_eq!(endless.take_notices()[0].subject, "stack");
    go(&mut endless, 2);
    assert_eq!(readout(&endless, "passes"), 0.0);
}
