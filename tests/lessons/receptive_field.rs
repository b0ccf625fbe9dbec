//! Lesson 9: published fields, five hundred stacks against a recurrence of their own, the proof by gradient.

use super::{bits, go, readout, run};
use tensorscope::lessons::Tally;
use tensorscope::rng::Rng;
use tensorscope::session::Run;

const LESSON: &str = "receptive-field";

/// The figure of a stack, through its address.
fn figure(stack: &str, rest: &str) -> Run {
    let encoded = stack.replace(' ', "+").replace('|', "%7C");
    let mut run = run(LESSON, &format!("stack={encoded}{rest}"));
    assert_eq!(run.take_notices(), [], "{stack}");
    run
}

fn numbers(run: &Run, ids: &[&str]) -> Vec<f64> {
    ids.iter().map(|id| readout(run, id)).collect()
}

/// The field after each layer.
fn fields(run: &Run) -> Vec<f64> {
    let readouts = run.lesson().readouts(run.at());
    let of_layer = readouts.iter().filter(|r| r.id.strip_prefix('r').is_some_and(|l| l.parse::<u32>().is_ok()));
    of_layer.map(|readout| readout.value).collect()
}

fn assert_proved(run: &Run, what: &str) {
    for claim in run.lesson().claims() {
        assert!(!claim.fails(), "{what}: {claim:?}");
    }
}

#[test]
fn published_fields_are_met() {
    // Preset, r, effective stride, padding.
    for (preset, known) in [
        ("alexnet_v2", [195.0, 32.0, 64.0]),
        ("alexnet", [195.0, 32.0, 66.0]),
        ("vgg16", [212.0, 32.0, 90.0]),
        ("resnet50_v1", [483.0, 32.0, 241.0]),
        ("resnet50", [427.0, 32.0, 213.0]),
        ("mobilenet_v2", [491.0, 32.0, 245.0]),
    ] {
        let figure = run(LESSON, &format!("preset={preset}"));
        assert_eq!(numbers(&figure, &["r", "jump", "padding"]), known, "{preset}");
        assert_proved(&figure, preset);
    }
}

#[test]
fn published_fields_are_met_layer_by_layer() {
    let vgg =
        [3.0, 5.0, 6.0, 10.0, 14.0, 16.0, 24.0, 32.0, 40.0, 44.0, 60.0, 76.0, 92.0, 100.0, 132.0, 164.0, 196.0, 212.0];
    assert_eq!(fields(&run(LESSON, "preset=vgg16")), vgg);
    assert_eq!(fields(&run(LESSON, "preset=lenet5"))[..4], [5.0, 6.0, 14.0, 16.0]);
    let dilated = figure("input32x32x1 conv3x1 conv3x1d2 conv3x1d4 conv3x1d8", "");
    assert_eq!(fields(&dilated), [3.0, 7.0, 15.0, 31.0]);
    assert_proved(&dilated, "dilated");
}

#[test]
fn a_fully_connected_layer_sees_the_whole_map_along_each_axis() {
    let figure = figure("input20x30x1 conv3x2 fc4", "");
    assert_eq!(numbers(&figure, &["r", "r_x", "left", "right", "top", "bottom"]), [20.0, 30.0, 0.0, 29.0, 0.0, 19.0]);
    assert_proved(&figure, "fc");
}

#[test]
fn even_layers_have_the_variance_of_their_closed_form() {
    for n in 1..=15 {
        let stack = format!("input48x48x1{}", " conv3x1p1".repeat(n));
        let figure = figure(&stack, "&weights=uniform&step=1");
        assert_eq!(readout(&figure, "r"), 2.0 * n as f64 + 1.0);
        for id in ["variance_y", "variance_x"] {
            let (found, exact) = (readout(&figure, id), 2.0 * n as f64 / 3.0);
            assert!((found - exact).abs() < 1e-12 * exact, "{n} layers: {found} {exact}");
        }
        assert_proved(&figure, &stack);
    }
}

/// A layer as the test knows it, with nothing of the library in it.
#[derive(Clone, Debug)]
enum Piece {
    Conv { k: i64, s: i64, p: i64, d: i64, c: usize },
    Pool { max: bool, k: i64, s: i64, p: i64 },
    Relu,
    Sum(Vec<Piece>, Option<Vec<Piece>>),
}

impl Piece {
    fn text(&self) -> String {
        let chain = |pieces: &[Piece]| pieces.iter().map(Piece::text).collect::<Vec<_>>().join(" ");
        match self {
            Piece::Conv { k, s, p, d, c } => format!("conv{k}x{c}d{d}p{p}s{s}"),
            Piece::Pool { max, k, s, p } => format!("{}pool{k}p{p}s{s}", if *max { "max" } else { "avg" }),
            Piece::Relu => "relu".into(),
            Piece::Sum(main, None) => format!("res({})", chain(main)),
            Piece::Sum(main, Some(other)) => format!("res({}|{})", chain(main), chain(other)),
        }
    }

    /// Taps, stride, padding, dilation.
    fn window(&self) -> Option<[i64; 4]> {
        match *self {
            Piece::Conv { k, s, p, d, .. } => Some([k, s, p, d]),
            Piece::Pool { k, s, p, .. } => Some([k, s, p, 1]),
            _ => None,
        }
    }
}

/// Side, channels and effective stride behind `pieces`; nothing where a map would be empty or branches do not fit.
fn shape(pieces: &[Piece], (mut side, mut channels): (i64, usize)) -> Option<(i64, usize, i64)> {
    let mut stride = 1;
    for piece in pieces {
        if let Piece::Sum(main, other) = piece {
            let made = shape(main, (side, channels))?;
            if shape(other.as_deref().unwrap_or_default(), (side, channels))? != made {
                return None;
            }
            (side, channels, stride) = (made.0, made.1, stride * made.2);
        } else if let Some([k, s, p, d]) = piece.window() {
            let room = side + 2 * p - d * (k - 1) - 1;
            if room < 0 {
                return None;
            }
            side = room / s + 1;
            stride *= s;
        }
        if let Piece::Conv { c, .. } = piece {
            channels = *c;
        }
    }
    (stride < 1 << 30).then_some((side, channels, stride))
}

/// The pixels `low ..= high` under the units `low ..= high`, one tap after the other: the recurrence of this test.
fn under(pieces: &[Piece], interval: (i64, i64)) -> (i64, i64) {
    pieces.iter().rev().fold(interval, |(low, high), piece| {
        if let Piece::Sum(main, other) = piece {
            let (a, b) = (under(main, (low, high)), under(other.as_deref().unwrap_or_default(), (low, high)));
            return (a.0.min(b.0), a.1.max(b.1));
        }
        let Some([k, s, p, d]) = piece.window() else { return (low, high) };
        let taps = |unit: i64| (0..k).map(move |tap| unit * s - p + tap * d);
        let both = || taps(low).chain(taps(high));
        (both().min().expect("a tap"), both().max().expect("a tap"))
    })
}

/// A random chain of up to `most` layers that fits a map.
fn chain(rng: &mut Rng, map: (i64, usize), most: u32, depth: u32) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for _ in 0..1 + rng.below(most) {
        let kind = rng.below(12);
        let piece = match kind {
            0..=5 => {
                let k = 1 + i64::from(rng.below(11));
                // Mostly stride 1, or nothing is left after a few layers.
                let s = if rng.below(3) == 0 { 1 + i64::from(rng.below(4)) } else { 1 };
                let d = if rng.below(3) == 0 { 1 + i64::from(rng.below(4)) } else { 1 };
                let p = i64::from(rng.below((d * (k - 1)) as u32 + 1));
                Piece::Conv { k, s, p, d, c: 1 + rng.below(3) as usize }
            }
            6..=8 => {
                let k = 1 + i64::from(rng.below(4));
                let s = if rng.below(2) == 0 { k } else { 1 + i64::from(rng.below(2)) };
                Piece::Pool { max: rng.below(2) == 0, k, s, p: i64::from(rng.below(k as u32 / 2 + 1)) }
            }
            9 => Piece::Relu,
            _ if depth == 0 => continue,
            _ => {
                let (side, channels, _) = shape(&pieces, map).expect("grown from what fits");
                branches(rng, (side, channels), depth)
            }
        };
        pieces.push(piece);
        if shape(&pieces, map).is_none() {
            pieces.pop();
        }
    }
    pieces
}

/// Two branches that fit each other: by luck, or one that keeps its size beside the identity.
fn branches(rng: &mut Rng, map: (i64, usize), depth: u32) -> Piece {
    for _ in 0..40 {
        let (main, other) = (chain(rng, map, 2, depth - 1), chain(rng, map, 1, depth - 1));
        if !main.is_empty() && !other.is_empty() && shape(&main, map) == shape(&other, map) {
            return Piece::Sum(main, Some(other));
        }
    }
    let (half, d) = (i64::from(rng.below(4)), 1 + i64::from(rng.below(2)));
    Piece::Sum(vec![Piece::Conv { k: 2 * half + 1, s: 1, p: d * half, d, c: map.1 }, Piece::Relu], None)
}

#[test]
fn five_hundred_stacks_agree_with_another_recurrence_and_with_their_gradients() {
    let mut rng = Rng::new(9, 0);
    let (mut fitting, mut larger, mut with_sums) = (0, 0, 0);
    for nth in 0..500 {
        let side = 6 + i64::from(rng.below(if nth % 3 == 0 { 90 } else { 36 }));
        let channels = 1 + rng.below(3) as usize;
        let most = [3, 8, 40][nth % 3];
        let pieces = chain(&mut rng, (side, channels), most, 2);
        let (size, _, stride) = shape(&pieces, (side, channels)).expect("grown from what fits");
        let text = pieces.iter().fold(format!("input{side}x{side}x{channels}"), |text, p| text + " " + &p.text());
        let figure = figure(&text, "");
        let (low, high) = under(&pieces, (0, 0));
        let known = [(high - low + 1) as f64, stride as f64, -low as f64, (low + high) as f64 / 2.0];
        assert_eq!(numbers(&figure, &["r", "jump", "padding", "start"]), known, "{text}");
        let unit = size / 2;
        let (first, last) = under(&pieces, (unit, unit));
        assert_eq!(numbers(&figure, &["left", "right", "top"]), [first as f64, last as f64, first as f64], "{text}");
        let claims = figure.lesson().claims();
        let named = |id: &str| claims.iter().any(|claim| claim.id.starts_with(id));
        assert!(named("outside") && named("back") && named("paint"), "{text}: {claims:?}");
        let fits = first >= 0 && last < side;
        assert_eq!(named("edge"), fits, "{text}: {claims:?}");
        for claim in &claims {
            assert!(claim.holds(), "{text}: {claim:?}");
        }
        if fits {
            fitting += 1
        } else {
            larger += 1
        }
        with_sums += usize::from(text.contains("res("));
    }
    assert!(fitting >= 100 && larger >= 100 && with_sums >= 100, "{fitting} fit, {larger} do not, {with_sums} sums");
}

#[test]
fn a_wrong_stack_says_where_and_keeps_the_last_good_one() {
    let mut figure = figure("input32x32x3 conv5x4", "");
    let problem = figure.set("stack", "input32x32x3 conv5x4 maxpool3p2").expect("a problem");
    assert_eq!((&*problem.subject, &*problem.given, &*problem.expected), ("stack:22", "maxpool3p2", "p ≤ 1"));
    assert_eq!(readout(&figure, "r"), 5.0);
    assert_eq!(figure.state(), "stack=input32x32x3%20conv5x4");
    let mut broken = run(LESSON, "stack=input8x8x3+conv9x1&step=1");
    assert_eq!(broken.take_notices()[0].subject, "stack:12");
    assert_eq!(broken.state(), "step=1");
    // Brackets and bars may stand in an address as they are, or encoded.
    let raw = run(LESSON, "stack=input8x8x2+res(conv3x4s2p1|conv1x4s2)");
    let encoded = run(LESSON, "stack=input8x8x2%20res%28conv3x4s2p1%7Cconv1x4s2%29");
    assert_eq!(bits(&raw), bits(&encoded));
}

#[test]
fn stacks_that_nobody_would_wish_for_do_no_harm() {
    let long = format!("input512x512x3{}", " conv3x4096p1".repeat(40));
    let strides = format!("input9x9x1{}", " conv9x1s9p8".repeat(30));
    for stack in ["input1x1x1", "input512x512x1 conv512x1", &long, "input3x3x1 conv1x1p4000", "input4x4x1 fc5 relu fc2"]
    {
        let mut figure = run(LESSON, &format!("stack={}", stack.replace(' ', "+")));
        // Of those whose passes are too much, that is said.
        assert!(
            figure.take_notices().iter().all(|notice| ["channels", "stack"].contains(&&*notice.subject)),
            "{stack}"
        );
        go(&mut figure, 2);
        for index in 0..7 {
            let _ = figure.lesson().view(index, figure.at());
        }
        assert_eq!(Tally::of(&figure.lesson().claims()).failed(), 0, "{stack}");
        assert!(!figure.lesson().pytorch().is_empty());
    }
    let mut figure = run(LESSON, &format!("stack={}", strides.replace(' ', "+")));
    assert_eq!(figure.take_notices().len(), 1, "a field beyond 2^53 pixels is refused");
}

#[test]
fn channels_that_meet_in_a_sum_stay_equal_and_paddings_beyond_all_measure_cost_nothing() {
    // State; about whom a notice is, and with which word instead; r; passes; pixels that have a gradient along a row.
    for (state, notice, r, width) in [
        // Half of the channels, but what is added to the picture has the picture's.
        ("stack=input32x32x3+res(conv3x3p1)&channels=half", "", 3.0, 3),
        ("stack=input32x32x3+res(conv3x8p1+relu+conv3x3p1)+conv3x8&channels=eighth", "", 7.0, 7),
        ("stack=input512x512x3+res(conv3x3p1)+conv3x64p1+conv3x64p1", "channels eighth", 7.0, 7),
        // A window whose other taps stand 4096 pixels away.
        ("stack=input8x8x1+conv3x1p4096d4096", "", 8193.0, 1),
        ("stack=input9x9x1+conv4096x1s100p4096d2", "", 8191.0, 5),
    ] {
        let mut figure = run(LESSON, &format!("{state}&step=1"));
        let said: Vec<String> =
            figure.take_notices().iter().map(|notice| format!("{} {}", notice.subject, notice.expected)).collect();
        assert_eq!(said.join(", "), notice, "{state}");
        assert_eq!(numbers(&figure, &["r", "passes"]), [r, 1.0], "{state}");
        figure.set_moment(usize::MAX);
        let Some(tensorscope::scene::View::Image(image)) = figure.lesson().view(0, figure.at()) else {
            panic!("a picture")
        };
        let lit = image.heat.iter().filter(|heat| **heat > 0.0).count();
        assert!(lit > 0 && lit <= width * width, "{state}: {lit} pixels");
        assert_proved(&figure, state);
    }
}

#[test]
fn the_middle_quarter_is_that_of_the_picture_that_there_is() {
    // Even weights over a box that is larger than the picture: all of its pixels count alike.
    for (stack, quarter) in [
        ("input8x8x1 conv15x1p7", 25.0),
        ("input8x8x1 conv101x1p50", 25.0),
        ("input16x8x1 conv31x1p15", 25.0),
        // A box that fits: 4 of its 8 rows and columns.
        ("input20x20x1 conv8x1", 25.0),
        // The corner's box has the pixels 0 to 4 on the picture, of which 1 to 3 are the middle: 9 of 25.
        ("input20x20x1 conv9x1p4", 36.0),
    ] {
        let corner = if quarter == 36.0 { "&at=0:unit:0,0" } else { "" };
        let figure = figure(stack, &format!("&weights=uniform{corner}&step=1"));
        let middle = readout(&figure, "middle");
        assert!((middle - quarter).abs() < 1e-9, "{stack}: {middle}");
    }
    let middle = readout(&run(LESSON, "preset=resnet50_all&step=1"), "middle");
    assert!((25.0..75.0).contains(&middle), "a box of 427 pixels over a picture of 112: {middle}");
}

#[test]
fn what_does_not_fit_says_what_would() {
    // Stack; what it needs, and what would fit.
    for (stack, needs, would) in [
        ("input512x512x3 conv3x4096p1 conv3x4096p1 conv3x4096p1", " > ", "input"),
        ("input64x64x3 conv1x16 conv4096x4096p2048", " > ", "input64x64x3 … conv1x16 (1/2)"),
    ] {
        let mut figure = run(LESSON, &format!("stack={}&step=1", stack.replace(' ', "+")));
        let [notice] = &figure.take_notices()[..] else { panic!("{stack}: one notice") };
        assert_eq!((notice.code.name(), &*notice.subject), ("too-large", "stack"), "{stack}");
        assert!(notice.given.contains(needs) && notice.expected.starts_with(would), "{stack}: {notice:?}");
        if let Some((_, layers)) = stack.split_once(' ').filter(|_| !notice.expected.contains('…')) {
            let smaller = format!("{} {layers}", notice.expected);
            let fits = run(LESSON, &format!("stack={}&step=1", smaller.replace(' ', "+"))).take_notices();
            assert!(fits.iter().all(|notice| notice.subject == "channels"), "{smaller}: {fits:?}");
        }
        assert_eq!(readout(&figure, "passes"), 0.0, "{stack}");
    }
}

#[test]
fn a_click_turns_to_the_nearest_unit() {
    let mut figure = run(LESSON, "step=3");
    assert_eq!(numbers(&figure, &["unit_row", "unit_col", "passes"]), [14.0, 14.0, 3.0]);
    assert_eq!(figure.edit("point", "40.2,100"), None);
    let [column, left, right] = numbers(&figure, &["unit_col", "left", "right"])[..] else { panic!("three") };
    let jump = readout(&figure, "jump");
    assert!(((left + right) / 2.0 + 0.5 - 40.2).abs() <= jump / 2.0, "unit {column} looks at {left} to {right}");
    // As many passes as before, for the new unit.
    assert_eq!((figure.step(), readout(&figure, "passes")), (3, 3.0));
    assert_eq!(figure.edit("unit_row", "0"), None);
    assert_eq!(readout(&figure, "unit_row"), 0.0);
    assert_proved(&figure, "a corner");
    assert_eq!(bits(&figure), bits(&run(LESSON, &figure.state())), "{}", figure.state());
    assert!(figure.edit("unit_row", "28").is_some() && figure.edit("point", "x").is_some());
    assert!(figure.edit("r", "3").is_some());
}

#[test]
fn common_dilations_leave_holes_and_doubling_ones_fill_them() {
    // How many of the pixels of the box have a gradient: 2 x 2 apart against all of them.
    for (preset, side, lit) in [("holes", 13.0, 49), ("filled", 15.0, 225)] {
        let figure = run(LESSON, &format!("preset={preset}&step=1"));
        assert_eq!(readout(&figure, "r"), side);
        let last = figure.lesson().moments().len() as u32 - 1;
        let mut figure = run(LESSON, &format!("preset={preset}&step=1&moment={last}"));
        figure.set("heat", "1");
        let Some(tensorscope::scene::View::Image(image)) = figure.lesson().view(0, figure.at()) else {
            panic!("a picture")
        };
        assert_eq!(image.heat.iter().filter(|heat| **heat > 0.0).count(), lit, "{preset}");
    }
}

#[test]
fn the_light_opens_to_the_box_and_never_shrinks() {
    for preset in ["first", "vgg16", "resnet50", "holes", "askew"] {
        let mut figure = run(LESSON, &format!("preset={preset}&heat=0"));
        let mut before = 0.0;
        for moment in 0..figure.lesson().moments().len() {
            figure.set_moment(moment);
            let Some(tensorscope::scene::View::Image(image)) = figure.lesson().view(0, figure.at()) else {
                panic!("a picture")
            };
            let light = image.outlines.last().expect("the light").rect;
            assert!(light.right - light.left >= before, "{preset} at {moment}");
            before = light.right - light.left;
        }
        assert_eq!(before, readout(&figure, "r"), "{preset}");
    }
}

#[test]
fn branches_that_look_elsewhere_are_named() {
    assert_eq!(readout(&run(LESSON, "preset=askew"), "misaligned"), 1.0);
    let resnet = run(LESSON, "preset=resnet50");
    assert_eq!(numbers(&resnet, &["misaligned", "longest"]), [0.0, 427.0]);
}

#[test]
fn a_proof_that_is_skipped_for_size_is_not_counted_as_held() {
    // 512 x 512 units of 63 x 63 weights each; the box fits, or it does not.
    for (stack, skipped) in [("input512x512x3 conv63x1p31", 6), ("input512x512x3 conv63x1p31 conv63x1p31d9", 2)] {
        // A notice says that the passes are too much as well.
        let figure = run(LESSON, &format!("stack={}", stack.replace(' ', "+")));
        let claims = figure.lesson().claims();
        let tally = Tally::of(&claims);
        assert_eq!(tally.undecided, [("verify.skipped", skipped)], "{stack}");
        assert_eq!(tally.held, tally.claims - skipped, "{stack}");
        for claim in &claims {
            let by_gradient = ["outside", "paint", "edge"].iter().any(|family| claim.id.starts_with(family));
            assert_eq!(claim.undecided().is_some(), by_gradient, "{stack}: {claim:?}");
        }
    }
}
