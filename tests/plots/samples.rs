//! Views to test and to look at: one of each kind, small and large, and data that nobody would wish for.
#![allow(dead_code)]

use tensorscope::scene::*;

/// A linear axis without fixed limits.
pub fn axis(label: Key) -> Axis {
    Axis { label, scale: Scale::Linear, range: None }
}

/// A line with one value a step.
pub fn series(name: &str, style: u8, y: Vec<f64>) -> Series {
    Series { name: Name::Symbol(name.into()), style, start: 0.0, stride: 1.0, y }
}

/// Three lines that fall at different speeds and end close together.
pub fn losses() -> View {
    let fall = |speed: f64| (0..200).map(|t| 0.02 + 0.6 / (1.0 + speed * f64::from(t))).collect();
    let lines = vec![series("sigmoid", 0, fall(0.02)), series("tanh", 1, fall(0.1)), series("ReLU", 2, fall(0.12))];
    View::Curve(Curve { x: axis("axis.step"), y: axis("axis.loss"), series: lines, cursor: Some(80.0) })
}

/// |delta| of five layers on a logarithmic axis.
pub fn vanishing() -> View {
    let lines = (0..5u8)
        .map(|layer| {
            let y = (0..120).map(|t| 10f64.powi(-2 * i32::from(layer)) * (0.3 + 0.1 * f64::from(t % 7))).collect();
            series(["δ¹", "δ²", "δ³", "δ⁴", "δ⁵"][usize::from(layer)], layer, y)
        })
        .collect();
    let y = Axis { label: "axis.delta", scale: Scale::Log, range: None };
    View::Curve(Curve { x: axis("axis.step"), y, series: lines, cursor: None })
}

/// Bars of both signs with marks.
pub fn bars() -> View {
    let bar = |name: &str, value: f64, mark: Option<f64>, style: u8| Bar {
        name: Name::Symbol(name.into()),
        value,
        mark,
        style,
    };
    let bars = vec![
        bar("δ¹", 0.0042, Some(0.01), 0),
        bar("δ²", -0.013, None, 1),
        bar("δ³", 0.031, Some(0.02), 0),
        bar("δ⁴", 0.138, Some(0.12), 0),
    ];
    View::Bars(Bars { y: axis("axis.delta"), bars, format: Format::Significant(3) })
}

fn spiral() -> Vec<Point> {
    (0..120)
        .map(|i| {
            let class = (i % 2) as u8;
            let (r, a) = (0.1 + f64::from(i) / 140.0, f64::from(i) / 12.0 + f64::from(class) * core::f64::consts::PI);
            Point { x: r * a.cos(), y: r * a.sin(), class, marked: i == 77 }
        })
        .collect()
}

/// Two arms of a spiral and one marked point.
pub fn points() -> View {
    View::Scatter(Scatter { x: square("x₁"), y: square("x₂"), points: spiral() })
}

fn square(label: Key) -> Axis {
    Axis { label, scale: Scale::Linear, range: Some((-1.0, 1.0)) }
}

/// A decision surface with points over it.
pub fn surface() -> View {
    let side = 64;
    let values = (0..side * side)
        .map(|i| {
            let (x, y) = ((i % side) as f32 / 32.0 - 1.0, 1.0 - (i / side) as f32 / 32.0);
            ((x * x + y * y).sqrt() * 9.0 - y.atan2(x)).sin() * 0.5 + 0.5
        })
        .collect();
    let (x, y, points) = (square("x₁"), square("x₂"), spiral());
    View::Heatmap(Heatmap { x, y, cols: side, values, middle: 0.5, reach: 0.5, points })
}

/// Values over weights: `data` comes in, a quarter of it later, weighed by what is left of `beta`.
pub fn combed(data: &[f64], beta: f64, range: Option<(f64, f64)>) -> View {
    let now = data.len() as f64 * 0.75;
    let low = -(data.len() as f64) / 5.0;
    let dot = |(i, y): (usize, &f64)| {
        let x = i as f64 + 1.0;
        Dot { x, y: *y, strength: beta.powf(now - x), later: x > now }
    };
    let tooth = |x: i64| {
        let height = (1.0 - beta) * beta.powf(now.floor() - x as f64);
        let missing = x < 1;
        Tooth { x: x as f64, height, cap: if missing { f64::NAN } else { height * 1.3 }, missing }
    };
    let line = |name, style, k: f64| Series {
        start: 1.0,
        ..series(name, style, data.iter().take(now as usize).map(|y| y * k).collect())
    };
    View::Comb(Comb {
        x: Axis { range: Some((low.floor(), data.len().max(10) as f64)), ..axis("axis.step") },
        y: Axis { range, ..axis("axis.loss") },
        weight: Axis { range: Some((0.0, 1.6 * (1.0 - beta))), ..axis("axis.weight") },
        dots: data.iter().enumerate().map(dot).collect(),
        lines: vec![line("corrected", 0, 1.0), line("started at zero", 1, 0.7), line("从第一个值开始", 2, 1.1)],
        heads: vec![(now.floor(), data.first().copied().unwrap_or(f64::NAN), 0)],
        teeth: (low as i64..=now as i64).map(tooth).collect(),
        share: Share { kept: 0.7, missing: 0.3, kept_name: "share.kept", missing_name: "share.missing" },
        first: 1.0,
        before: (0.0, "series.before"),
        cursor: now.floor(),
    })
}

/// The comb of a noisy stream.
pub fn comb() -> View {
    let data: Vec<f64> = (0..40).map(|i| 5.0 + 2.0 * (f64::from(i) * 0.8).sin()).collect();
    combed(&data, 0.9, Some((-0.5, 8.0)))
}

/// A picture of 8 x 4.
pub fn picture() -> View {
    let rgba = (0..32u8).flat_map(|i| [i * 8, 255 - i * 8, 128, if i == 5 { 0 } else { 255 }]).collect();
    View::Image(Image { width: 8, rgba, ..Image::default() })
}

/// A larger picture with everything that can lie over one, partly outside of it.
pub fn marked_picture() -> View {
    let rgba = (0..64 * 48usize).flat_map(|i| [(i % 64 * 4) as u8, (i / 64 * 5) as u8, 90, 255]).collect();
    let rect = Rect { left: -12.0, top: 10.0, right: 40.0, bottom: 60.0 };
    let outline = |rect, stroke, label: &str| Outline {
        rect,
        stroke,
        hatched: stroke == OutlineStyle::Strong,
        spotlight: stroke == OutlineStyle::Strong,
        label: label.into(),
    };
    View::Image(Image {
        width: 64,
        rgba,
        window: Some(Rect::of(64, 48).around(rect).grown(4.0)),
        heat: (0..64 * 48).map(|i| (i % 64) as f32 / 63.0).collect(),
        outlines: vec![
            outline(Rect::of(64, 48), OutlineStyle::Thin, ""),
            outline(rect.grown(-8.0), OutlineStyle::Dashed, ""),
            outline(rect, OutlineStyle::Strong, "52 × 50"),
        ],
        dots: vec![Dots { xs: vec![4.0, 20.0, 36.0], ys: vec![14.0, 30.0], radius: 3.0 }],
    })
}

/// A network of these widths; `k` shakes its numbers, not its structure.
pub fn network(widths: &[usize], k: f64) -> View {
    let last = widths.len() - 1;
    let number = |i: usize| ((i as f64 * 12.9898 + k).sin() * 43.758).fract();
    let layers = widths
        .iter()
        .enumerate()
        .map(|(layer, width)| {
            (0..*width)
                .map(|j| {
                    let id = format!("a{layer}_{}", j + 1);
                    let value = (number(layer * 10 + j).abs(), Phase::Done);
                    let letter = if layer == 0 {
                        "x"
                    } else if layer == last {
                        "o"
                    } else {
                        "h"
                    };
                    let delta = (layer > 0).then_some((number(j + 7 * layer) * 0.2, Phase::Done));
                    let slope = (layer > 0 && layer < last).then_some(0.24);
                    let target = (layer == last).then_some(if j == 0 { 0.01 } else { 0.99 });
                    let delta_id = format!("delta{layer}_{}", j + 1);
                    Node { id, symbol: (letter, (j + 1).to_string()), value, delta, delta_id, slope, target }
                })
                .collect()
        })
        .collect();
    let mut edges = Vec::new();
    for layer in 0..last {
        for from in 0..widths[layer] {
            for to in 0..widths[layer + 1] {
                let id = format!("w{}_{}_{}", layer + 1, from + 1, to + 1);
                let weight = number(edges.len() + 31);
                let flow = if layer + 1 == last { Flow::Backward } else { Flow::Still };
                edges.push(Edge { id, layer, from, to, weight, carried: weight * 0.3, flow });
            }
        }
    }
    View::Network(Network { layers, edges, label_edges: true, legend: "legend.b", legends: &["legend.a", "legend.b"] })
}

/// The 2-2-2 example that everybody knows, in the moment in which the blame reaches the hidden layer.
pub fn mazur() -> View {
    let View::Network(mut net) = network(&[2, 2, 2], 0.0) else { unreachable!() };
    let values = [[0.05, 0.10], [0.593269992, 0.596884378], [0.751365070, 0.772928465]];
    let deltas = [[0.0, 0.0], [0.008771355, 0.009954255], [0.138498562, -0.038098237]];
    let weights = [0.15, 0.25, 0.20, 0.30, 0.40, 0.50, 0.45, 0.55];
    for (layer, nodes) in net.layers.iter_mut().enumerate() {
        for (j, node) in nodes.iter_mut().enumerate() {
            node.value.0 = values[layer][j];
            let phase = if layer == 2 { Phase::Done } else { Phase::Now };
            node.delta = node.delta.map(|_| (deltas[layer][j], phase));
            node.slope = node.slope.map(|_| values[layer][j] * (1.0 - values[layer][j]));
        }
    }
    for (edge, weight) in net.edges.iter_mut().zip(weights) {
        edge.weight = weight;
        edge.carried = if edge.layer == 1 { weight * deltas[2][edge.to] } else { 0.0 };
    }
    View::Network(net)
}

/// Lines of a derivation: fractions, sums, brackets, negative numbers, numbers that are not known yet.
pub fn derivation(k: f64) -> View {
    let n = |value: f64| Math::number(value, Format::Fixed(4), false);
    let signed = |value: f64| Math::number(value, Format::Fixed(4), true);
    let (op, var) = (Math::op, Math::var);
    let d = |i: &str| Math::sub(var("δ"), var(i)).handle(format!("delta_{i}"));
    let o = |i: &str| Math::sub(var("o"), var(i)).handle(format!("a2_{i}"));
    let one = || Math::constant("1");
    let lines = vec![
        Line {
            id: "delta_k".into(),
            phase: Phase::Done,
            statement: Math::row([
                d("k"),
                op("="),
                op("("),
                o("k"),
                op("-"),
                var("t").sub(var("k")),
                op(")"),
                o("k"),
                op("("),
                one(),
                op("-"),
                o("k"),
                op(")"),
            ]),
            numbers: vec![
                Math::row([op("("), n(0.7514), op("−"), n(0.01), op(")"), op("×"), n(0.7514), op("×")]),
                Math::row([op("("), one(), op("−"), n(0.7514), op(")"), op("="), signed(0.138498562 + k)]),
            ],
            note: None,
            broken: false,
        },
        Line {
            id: "dw".into(),
            phase: Phase::Now,
            statement: Math::row([
                Math::row([op("∂"), var("L")]).over(Math::row([op("∂"), var("w").sub(var("jk"))])),
                op("="),
                d("k"),
                o("j"),
            ]),
            numbers: vec![Math::row([n(0.1385), op("×"), n(-0.5933), op("="), signed(-0.082167041 + k)])],
            note: Some("note.dw"),
            broken: true,
        },
        Line {
            id: "delta_j".into(),
            phase: Phase::Later,
            statement: Math::row([
                d("j"),
                op("="),
                o("j"),
                op("("),
                one(),
                op("−"),
                o("j"),
                op(")"),
                Math::Under(Box::new(op("∑")), Box::new(var("k"))),
                d("k"),
                var("w").sub(var("jk")),
            ]),
            numbers: vec![Math::row([
                op("("),
                Math::Number { value: 1.0, format: Format::Fixed(4), signed: false, known: false },
                op("+"),
                n(-0.5),
                op(")"),
                op("×"),
                n(-0.3).sup(one()),
            ])],
            note: None,
            broken: false,
        },
        Line {
            id: "matrix".into(),
            phase: Phase::Later,
            statement: Math::row([
                Math::bold("δ"),
                op("="),
                Math::bold("W").sup(var("⊤")),
                Math::bold("δ"),
                op("⊙"),
                Math::Matrix(vec![vec![n(0.25), n(-0.1)], vec![n(0.0), n(1.0)]]),
            ]),
            numbers: vec![],
            note: None,
            broken: false,
        },
    ];
    View::Formula(Formula { lines })
}

/// A proof table with every kind of cell.
pub fn proof(k: f64) -> View {
    let row = |i: usize, right: bool| Row {
        id: format!("w1_1_{i}"),
        cells: vec![
            Cell::Symbol(Math::var("w").sub(Math::constant(&i.to_string()))),
            Cell::Number(0.082167041 * k, Format::Fixed(9)),
            Cell::Number(3.1e-10 + k, Format::Scientific(2)),
            Cell::Word("word.exact"),
            Cell::Verdict(right),
            Cell::Empty,
        ],
    };
    let columns = vec!["col.weight", "col.hand", "col.error", "col.way", "col.verdict", "col.none"];
    View::Table(Table { columns, rows: vec![row(1, true), row(2, false)] })
}

/// The words behind the keys above.
pub const WORDS: &str = "axis.step\tstep\naxis.loss\tloss\naxis.delta\t|δ|, mean of a layer\nnote.dw\tThe sign is wrong & <that> is \"it\".\n\
                         word.exact\texact\ncol.weight\tweight\ncol.hand\tby hand\ncol.error\tworst error\ncol.way\tway\n\
                         col.verdict\tright?\ncol.none\tnothing\nchart.empty\tnothing to show yet\nchart.every\tone row in {n}\nformula.broken\tthis line is broken\n\
                         table.yes\tright\ntable.no\twrong\naxis.weight\tweight\nshare.kept\twhat was seen\nshare.missing\tmissing, βᵗ\n\
                         series.before\tbefore: zeros\nlegend.a\tweight\nlegend.b\ton its way back: δ × weight";
