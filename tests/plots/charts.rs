//! Charts on a recording backend: exact commands, and what must hold for any data.

use crate::recorder::{Mark, record};
use crate::samples::*;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tensorscope::scene::{self, *};

/// The sizes of figures: wide, on a phone, in a corner, and too small for anything.
const SIZES: [(u32, u32); 6] = [(620, 300), (344, 220), (290, 218), (120, 90), (40, 30), (1, 1)];
/// The sizes at which a chart can be read.
const READABLE: usize = 3;
/// Far above what any drawing takes, far below a loop without end.
const SOON: Duration = Duration::from_secs(20);

fn charts() -> Vec<(&'static str, View)> {
    vec![
        ("losses", losses()),
        ("vanishing", vanishing()),
        ("bars", bars()),
        ("points", points()),
        ("surface", surface()),
        ("crowd", crowd()),
        ("comb", comb()),
    ]
}

fn words() -> Words {
    Words::parse(WORDS)
}

fn style(words: &Words) -> Style<'_> {
    Style { scale: 1.0, palette: LIGHT, words }
}

/// The commands of each chart, exactly. `BLESS=1 cargo test --test plots` writes them anew; look at the difference.
#[test]
fn commands_are_as_recorded() {
    let words = words();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/plots");
    for (name, view) in charts() {
        let marks = record(&view, (344, 220), &style(&words));
        let log: String = marks.iter().map(|mark| format!("{}\n", shortened(&mark.line))).collect();
        let file = folder.join(format!("{name}.log"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &log).unwrap();
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        for (line, (now, then)) in log.lines().zip(known.lines()).enumerate() {
            assert_eq!(now, then, "{name}, command {}", line + 1);
        }
        assert_eq!(log.lines().count(), known.lines().count(), "{name}: number of commands");
    }
}

/// A long path by its ends, its length and a digest of all of it.
fn shortened(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    if words.len() < 24 {
        return line.into();
    }
    let digest = line
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    let last = words.len();
    format!("{} ... {} ({last} words, {digest:016x})", words[..4].join(" "), words[last - 6..].join(" "))
}

#[test]
fn every_mark_is_inside_and_no_text_touches_another() {
    let words = words();
    for (name, view) in charts() {
        for size in &SIZES[..READABLE] {
            for scale in [1.0, 1.25, 2.0] {
                let style = Style { scale, ..style(&words) };
                let marks = record(&view, *size, &style);
                assert!(marks.iter().any(|mark| mark.text.is_some()), "{name} at {size:?} says nothing");
                for mark in &marks {
                    let [left, top, right, bottom] = mark.bounds;
                    let (width, height) = (f64::from(size.0) * scale, f64::from(size.1) * scale);
                    let inside = left >= -1.0 && top >= -1.0 && right <= width + 1.0 && bottom <= height + 1.0;
                    assert!(inside, "{name} at {size:?} x {scale}: {:?} of {}", mark.bounds, mark.line);
                }
                let texts: Vec<&Mark> = marks.iter().filter(|mark| mark.text.is_some()).collect();
                for (index, a) in texts.iter().enumerate() {
                    for b in &texts[index + 1..] {
                        assert!(apart(a.bounds, b.bounds), "{name} at {size:?}: {:?} touches {:?}", a.text, b.text);
                    }
                }
            }
        }
    }
}

fn apart(a: [f64; 4], b: [f64; 4]) -> bool {
    a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]
}

/// Six lines that end close together, with long and Chinese names.
fn crowd() -> View {
    let names = ["raw", "uncorrected average", "corrected", "starts at the first", "权重的指数滑动平均", "δ⁴"];
    let line = |i: u8| {
        let y = (0..80)
            .map(|t| 1.0 + 0.01 * f64::from(i) + 0.4 * (f64::from(t) / 9.0 + f64::from(i)).sin() / f64::from(1 + t));
        series(names[usize::from(i)], i, y.collect())
    };
    View::Curve(Curve {
        x: axis("axis.step"),
        y: axis("axis.loss"),
        series: (0..6).map(line).collect(),
        cursor: Some(79.0),
    })
}

/// Data that nobody would wish for.
fn hostile() -> Vec<(&'static str, Vec<f64>)> {
    let eight = |f: fn(f64) -> f64| (0..9).map(|i| f(f64::from(i))).collect();
    vec![
        ("empty", vec![]),
        ("one point", vec![3.0]),
        ("one zero", vec![0.0]),
        ("equal", vec![0.3; 9]),
        ("equal and negative", vec![-2e9; 9]),
        ("not numbers", vec![f64::NAN; 9]),
        ("one number", vec![f64::NAN, 1.0, f64::NAN]),
        ("infinite", vec![f64::INFINITY, f64::NEG_INFINITY, 1.0, 2.0]),
        ("only infinite", vec![f64::INFINITY; 3]),
        ("large", eight(|i| i * 1e38)),
        ("largest", vec![f64::MAX, f64::MIN, 0.0]),
        ("small", eight(|i| i * 1e-45)),
        ("smallest", vec![5e-324, 1e-323, 0.0]),
        ("far from zero", eight(|i| 1e8 + i)),
        ("last digits", eight(|i| 1.0 + i * f64::EPSILON)),
        ("all magnitudes", eight(|i| 10f64.powf(-40.0 * i))),
        ("negative", eight(|i| -i)),
        ("falling", eight(|i| 8.0 - i)),
    ]
}

/// Limits that an axis may be given.
const RANGES: [Option<(f64, f64)>; 9] = [
    None,
    Some((0.0, 1.0)),
    Some((1.0, 0.0)),
    Some((2.0, 2.0)),
    Some((f64::NAN, 1.0)),
    Some((f64::NEG_INFINITY, f64::INFINITY)),
    Some((-1e38, 1e38)),
    Some((1e-45, 2e-45)),
    Some((1e8, 1e8 + 8.0)),
];

#[test]
fn whatever_the_data_a_drawing_is_finished_soon_and_stays_inside() {
    let words = words();
    for (name, data) in hostile() {
        for range in RANGES {
            for scale in [Scale::Linear, Scale::Log] {
                let axis = |label| Axis { label, scale, range };
                let bars = data.iter().enumerate().map(|(i, value)| Bar {
                    name: Name::Symbol(format!("bar {i}")),
                    value: *value,
                    style: i as u8,
                    mark: data.get(i + 1).copied(),
                });
                let points: Vec<Point> =
                    data.iter().map(|v| Point { x: *v, y: -*v, class: 250, marked: *v == 1.0 }).collect();
                let lines = vec![series("a", 0, data.clone()), Series { start: 1e8, ..series("b", 201, data.clone()) }];
                let map = Heatmap {
                    x: axis("x"),
                    y: axis("y"),
                    cols: 3,
                    values: data.iter().map(|v| *v as f32).collect(),
                    middle: 0.3,
                    reach: 0.0,
                    points: points.clone(),
                };
                let cursor = data.first().copied();
                let views = [
                    View::Curve(Curve { x: self::axis("x"), y: axis("y"), series: lines.clone(), cursor }),
                    View::Curve(Curve { x: axis("x"), y: axis("y"), series: lines, cursor: Some(4.0) }),
                    View::Bars(Bars { y: axis("y"), bars: bars.collect(), format: Format::Significant(3) }),
                    View::Scatter(Scatter { x: axis("x"), y: axis("y"), points }),
                    View::Heatmap(map),
                    combed(&data, 0.9, range),
                    combed(&data, 0.0, None),
                ];
                for (kind, view) in views.iter().enumerate() {
                    for size in SIZES {
                        let start = Instant::now();
                        let marks = record(view, size, &style(&words));
                        let took = start.elapsed();
                        let what = format!("{name}, {range:?}, {scale:?}, kind {kind}, {size:?}");
                        assert!(took < SOON, "{what}: {took:?}");
                        assert!(marks.len() < 500, "{what}: {} marks", marks.len());
                        if size.0 >= 290 {
                            assert!(!marks.is_empty(), "{what}: nothing drawn, not even that there is nothing");
                            for mark in marks {
                                let [left, top, right, bottom] = mark.bounds;
                                let (width, height) = (f64::from(size.0) + 8.0, f64::from(size.1) + 8.0);
                                let inside = left > -8.0 && top > -8.0 && right < width && bottom < height;
                                assert!(inside, "{what}: {}", mark.line);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_to_show_is_said() {
    let words = words();
    for data in [vec![], vec![f64::NAN; 3], vec![f64::INFINITY]] {
        let view = View::Curve(Curve { x: axis("x"), y: axis("y"), series: vec![series("a", 0, data)], cursor: None });
        let marks = record(&view, (344, 220), &style(&words));
        let texts: Vec<&str> = marks.iter().filter_map(|mark| mark.text.as_deref()).collect();
        assert_eq!(texts, ["nothing to show yet"]);
    }
}

/// A line of 100,000 values costs what its columns of pixels cost, and keeps its highest and lowest value.
#[test]
fn long_lines_are_reduced_without_losing_their_extremes() {
    let words = words();
    let mut y: Vec<f64> = (0..100_000).map(|t| (f64::from(t) * 0.37).sin()).collect();
    y[41_234] = 9.0;
    y[77_777] = -9.0;
    let view = View::Curve(Curve { x: axis("x"), y: axis("y"), series: vec![series("y", 0, y)], cursor: None });
    let start = Instant::now();
    let marks = record(&view, (620, 300), &style(&words));
    assert!(start.elapsed() < SOON);
    let corners: Vec<_> = marks.iter().flat_map(|mark| &mark.corners).collect();
    assert!(corners.len() < 4 * 620 + 100, "{} corners", corners.len());
    let area = scene::layout(&view, 620.0, 300.0, &style(&words)).unwrap();
    let place = |value: f64| area.bottom - area.height() * (value + 10.08) / 20.16;
    for extreme in [9.0, -9.0] {
        let wanted = place(extreme) * f64::from(scene::FINE);
        let nearest = corners.iter().map(|(_, y)| (f64::from(*y) - wanted).abs()).fold(f64::INFINITY, f64::min);
        assert!(nearest <= 8.0, "{extreme} is {nearest} units off");
    }
}

/// What lies after the cursor has been drawn, faintly.
#[test]
fn the_future_is_faint() {
    let words = words();
    let marks = record(&losses(), (620, 300), &style(&words));
    let area = scene::layout(&losses(), 620.0, 300.0, &style(&words)).unwrap();
    let cursor = area.left + area.width() * 80.0 / 199.0;
    let lines: Vec<&Mark> =
        marks.iter().filter(|mark| mark.line.starts_with("path") && mark.bounds[2] < area.right + 2.0).collect();
    for mark in &lines {
        let alpha: f64 = mark.line.split(' ').rev().nth(2).unwrap().parse().unwrap();
        let later = mark.bounds[0] + mark.bounds[2] > 2.0 * cursor;
        assert_eq!(alpha < 1.0, later, "{} at {:?}, cursor at {cursor}", mark.line, mark.bounds);
    }
    assert!(lines.len() > 6);
}

#[test]
fn a_click_is_found_where_it_was_drawn() {
    let words = words();
    for (_, view) in charts() {
        let area = scene::layout(&view, 344.0, 220.0, &style(&words)).unwrap();
        let locate = |x, y| scene::locate(&view, x, y, 344.0, 220.0, &style(&words));
        assert!(locate(area.left - 1.0, area.top + 1.0).is_none());
        assert!(locate(area.left + 1.0, area.bottom + 1.0).is_none());
        if let View::Heatmap(_) | View::Scatter(_) = view {
            let (x, y) = locate((area.left + area.right) / 2.0, (area.top + area.bottom) / 2.0).unwrap();
            assert!(x.abs() < 1e-9 && y.abs() < 1e-9, "{x} {y}");
            let (x, y) = locate(area.right, area.top).unwrap();
            assert!((x - 1.0).abs() < 1e-9 && (y - 1.0).abs() < 1e-9, "{x} {y}");
        }
    }
    assert!(scene::locate(&proof(1.0), 1.0, 1.0, 9.0, 9.0, &style(&words)).is_none());
}

#[test]
fn pixels_tell_the_sign_and_leave_out_what_is_not_a_number() {
    let square = || Axis { label: "x", scale: Scale::Linear, range: Some((0.0, 1.0)) };
    let map = Heatmap {
        x: square(),
        y: square(),
        cols: 4,
        values: vec![0.5, 1.0, -9.0, f32::NAN, 0.75, 0.25, f32::INFINITY, 0.5, 0.0],
        middle: 0.5,
        reach: 0.5,
        points: vec![],
    };
    let (width, height, rgba) = scene::heatmap_rgba(&map, &LIGHT);
    assert_eq!((width, height, rgba.len()), (4, 2, 32), "an incomplete row is left out");
    let pixel = |i: usize| -> [u8; 4] { rgba[4 * i..4 * i + 4].try_into().unwrap() };
    assert_eq!(pixel(0), [255; 4], "the middle is the paper");
    assert_eq!(pixel(7), [255; 4]);
    assert_eq!(pixel(3)[3], 0);
    assert_eq!(pixel(1), pixel(6), "more than full is full");
    let [red, _, blue, _] = pixel(1);
    assert!(blue > red, "positive is blue");
    let [red, _, blue, _] = pixel(2);
    assert!(red > blue, "negative is orange");
    assert!(pixel(4)[0] > pixel(1)[0] && pixel(4)[0] < 255, "half as far is half as strong");
    let (width, height, rgba) = scene::pixels(&picture(), &LIGHT).unwrap();
    assert_eq!((width, height, rgba.len()), (8, 4, 128));
    assert!(scene::pixels(&View::Image(Image { rgba: vec![1, 2, 3], ..Image::default() }), &LIGHT).is_none());
}

#[test]
fn pictures_are_well_formed_and_take_their_colours_from_the_page() {
    let words = words();
    for palette in [LIGHT, DARK] {
        let style = Style { palette, ..style(&words) };
        for (name, view) in charts().into_iter().chain([("picture", picture()), ("network", mazur())]) {
            let svg = scene::svg(&view, 344, 220, &style);
            let document = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
            assert!(document.root_element().has_attribute("viewBox"), "{name}");
            assert!(!svg.contains("style="), "{name}: the policy of the page forbids it");
            if name != "picture" {
                let themed = scene::themed(&svg, &palette);
                assert!(!themed.contains("\"#"), "{name}: a colour that no theme can change");
            }
        }
    }
    assert_eq!(scene::svg(&proof(1.0), 344, 220, &style(&words)), "");
}

/// Colours that are the same in one theme are the same in the other: a still finds its way back to names.
#[test]
fn palettes_agree_on_what_is_equal() {
    let (light, dark) = (LIGHT.colours(), DARK.colours());
    for a in 0..Palette::LEN {
        for b in 0..a {
            assert_eq!(light[a] == light[b], dark[a] == dark[b], "{} and {}", Palette::NAMES[a], Palette::NAMES[b]);
        }
    }
    assert_eq!(Palette::from_colours(&DARK.colours()), DARK);
    assert_eq!(Palette::from_colours(&[]), LIGHT);
}

/// WCAG 2.2: 4.5 for text, 3 for what must be seen to understand.
#[test]
fn colours_stand_out() {
    for palette in [LIGHT, DARK] {
        for text in [palette.ink, palette.ink2] {
            assert!(contrast(text, palette.paper) >= 4.5);
        }
        for line in palette.series.into_iter().chain([palette.pos, palette.neg, palette.accent]) {
            assert!(contrast(line, palette.paper) >= 3.0, "{line:06x}: {}", contrast(line, palette.paper));
        }
    }
}

/// Contrast ratio of two colours.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |colour: Rgb| {
        let [red, green, blue] = linear(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

fn linear(colour: Rgb) -> [f64; 3] {
    let [_, red, green, blue] = colour.to_be_bytes();
    [red, green, blue].map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

/// Machado, Oliveira and Fernandes (2009), severity 1: what is left for readers without red, or without green, cones.
#[test]
fn signs_and_the_first_lines_differ_for_colour_blind_readers() {
    let protan = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]];
    let deutan = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];
    for palette in [LIGHT, DARK] {
        for sight in [protan, deutan] {
            let seen = |colour: Rgb| {
                let from = linear(colour);
                sight.map(|row| {
                    row.iter().zip(from).map(|(weight, channel)| weight * channel).sum::<f64>().max(0.0).cbrt()
                })
            };
            let pairs = [
                (palette.pos, palette.neg),
                (palette.series[0], palette.series[1]),
                (palette.series[1], palette.series[2]),
            ];
            for (a, b) in pairs {
                let (a, b) = (seen(a), seen(b));
                let distance = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
                assert!(distance > 0.15, "{distance}");
            }
        }
    }
}
