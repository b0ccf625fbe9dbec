//! Networks, formulas and tables: well-formed, bound to slots that exist, legible.

use crate::samples::*;
use roxmltree::{Document, Node};
use tensorscope::scene::{
    Format, LIGHT, Math, Mode, Phase, Ruler, Style, View, WidthTable, Words, markup, mathml, slots, svg,
};

/// Attributes whose value is the index of a slot.
const BINDINGS: [&str; 6] = ["data-slot", "data-sign", "data-mag", "data-phase", "data-flow", "data-verdict"];
/// The elements of MathML Core that are used.
const MATHML: [&str; 17] = [
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "msub",
    "msup",
    "msubsup",
    "mfrac",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mover",
];

fn words() -> Words {
    Words::parse(WORDS)
}

/// Everything that is markup; the same structure for every `k`.
fn views(k: f64) -> Vec<View> {
    let networks: [&[usize]; 10] = [
        &[2, 2, 2],
        &[2, 2],
        &[1, 1],
        &[2, 3],
        &[3, 3, 2],
        &[2, 4, 1],
        &[2, 4, 4, 4, 2],
        &[2, 8, 2],
        &[2, 8, 8, 2],
        &[8, 8, 8, 8, 8],
    ];
    let networks = networks.into_iter().map(|widths| network(widths, k));
    networks.chain([mazur(), derivation(k), proof(k + 1.0)]).collect()
}

#[test]
fn markup_is_well_formed_and_every_slot_is_bound() {
    for view in views(0.0) {
        let live = markup(&view, &words(), Mode::Live);
        let document = Document::parse(&live).unwrap_or_else(|error| panic!("{error}\n{live}"));
        let numbers = slots(&view);
        let mut bound = vec![false; numbers.len()];
        for element in document.descendants() {
            for binding in BINDINGS {
                if let Some(index) = element.attribute(binding) {
                    bound[index.parse::<usize>().unwrap()] = true;
                }
            }
            assert_eq!(element.has_attribute("data-slot"), element.has_attribute("data-format"));
            assert!(!element.has_attribute("style"), "the policy of the page forbids it");
        }
        let unbound: Vec<usize> = (0..bound.len()).filter(|&i| !bound[i]).collect();
        assert!(unbound.is_empty(), "slots without a place: {unbound:?}");
    }
}

#[test]
fn live_markup_depends_on_the_structure_only() {
    for (a, b) in views(0.0).into_iter().zip(views(0.77)) {
        assert_eq!(markup(&a, &words(), Mode::Live), markup(&b, &words(), Mode::Live));
        assert_eq!(slots(&a).len(), slots(&b).len());
    }
    let View::Network(mut moved) = network(&[2, 2, 2], 0.0) else { unreachable!() };
    for node in moved.layers.iter_mut().flatten() {
        node.value = (f64::NAN, Phase::Later);
        node.delta = node.delta.map(|_| (f64::INFINITY, Phase::Later));
        node.slope = None;
    }
    for edge in &mut moved.edges {
        (edge.carried, edge.weight, edge.flow) = (f64::NAN, -1e9, tensorscope::scene::Flow::Forward);
    }
    moved.legend = "legend.a";
    let moved = View::Network(moved);
    assert_eq!(markup(&moved, &words(), Mode::Live), markup(&network(&[2, 2, 2], 0.0), &words(), Mode::Live));
    assert!(slots(&moved).iter().all(|slot| !slot.is_infinite() || slot.is_sign_positive()));
}

#[test]
fn stills_hold_their_numbers_and_nothing_of_the_page() {
    for view in views(0.0) {
        let still = markup(&view, &words(), Mode::Still);
        let document = Document::parse(&still).unwrap_or_else(|error| panic!("{error}\n{still}"));
        for element in document.descendants() {
            for absent in BINDINGS.iter().chain(&["data-pick", "tabindex", "data-format"]) {
                assert!(!element.has_attribute(*absent), "{absent} in {still}");
            }
        }
    }
    let text = |view: &View| {
        let still = markup(view, &words(), Mode::Still);
        let document = Document::parse(&still).unwrap();
        document
            .descendants()
            .filter_map(|node| node.text().filter(|_| node.is_text()).map(String::from))
            .collect::<Vec<_>>()
    };
    let shown = text(&mazur());
    for number in ["0.593", "0.751", "0.138", "−0.0381", "0.00877", "0.40", "0.01", "w²₂₁", "h₁"] {
        assert!(shown.iter().any(|text| text == number), "{number} not in {shown:?}");
    }
    let shown = text(&proof(1.0)).join("|");
    for word in ["by hand", "0.082167041", "1.0e0", "exact", "✓ right", "✗ wrong"] {
        assert!(shown.contains(word), "{word} not in {shown}");
    }
}

/// A control inside a control cannot be reached by everybody.
#[test]
fn buttons_have_names_and_do_not_nest() {
    for view in views(0.0) {
        let live = markup(&view, &words(), Mode::Live);
        let document = Document::parse(&live).unwrap();
        for button in document.descendants().filter(|node| node.attribute("role") == Some("button")) {
            assert_eq!(button.attribute("tabindex"), Some("-1"));
            assert!(button.has_attribute("data-pick"));
            let inner = button.descendants().skip(1).any(|node| node.has_attribute("tabindex"));
            assert!(!inner, "a stop inside a button: {button:?}");
            let named = button.attribute("aria-label").is_some_and(|name| !name.is_empty());
            let reads = button.descendants().any(|node| node.text().is_some_and(|text| !text.trim().is_empty()));
            assert!(named || reads, "a button without a name: {button:?}");
        }
    }
    let live = markup(&network(&[12, 2, 2], 0.0), &words(), Mode::Live);
    for (id, name) in [("w1_1_2", "w¹₁₂"), ("w1_12_1", "w¹₁₂,₁"), ("a2_1", "o₁"), ("a0_12", "x₁₂")] {
        assert!(
            live.contains(&format!("data-pick=\"{id}\" role=\"button\" tabindex=\"-1\" aria-label=\"{name}\"")),
            "{id}"
        );
    }
}

/// A text of an SVG: what it says, and left, top, right, bottom.
fn texts(document: &Document) -> Vec<(String, [f64; 4])> {
    let number = |node: &Node, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let texts = document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    texts
        .filter(|node| !matches!(node.attribute("class"), Some("placeholder" | "legend later")))
        .map(|node| {
            let text: String = node.descendants().filter(Node::is_text).filter_map(|part| part.text()).collect();
            let (x, y) = (number(&node, "x"), number(&node, "y"));
            let bold = matches!(node.attribute("class"), None | Some("value"));
            let width = WidthTable.width(&text, 12.0, bold);
            let left = if node.attribute("text-anchor") == Some("start") { x } else { x - width / 2.0 };
            (text, [left, y - 5.0, left + width, y + 5.0])
        })
        .collect()
}

#[test]
fn nothing_in_a_network_touches_what_it_does_not_belong_to() {
    for view in views(0.0).into_iter().filter(|view| matches!(view, View::Network(_))) {
        let still = markup(&view, &words(), Mode::Still);
        let document = Document::parse(&still).unwrap();
        let frame: Vec<f64> =
            document.root_element().attribute("viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
        let texts = texts(&document);
        for (index, (a, [left, top, right, bottom])) in texts.iter().enumerate() {
            assert!(*left >= 0.0 && *top >= 0.0 && *right <= frame[2] && *bottom <= frame[3], "{a} leaves the picture");
            for (b, other) in &texts[index + 1..] {
                let apart = *right <= other[0] || other[2] <= *left || *bottom <= other[1] || other[3] <= *top;
                assert!(apart, "{a} touches {b} in {frame:?}");
            }
        }
        let edges: Vec<(f64, f64)> = document
            .descendants()
            .filter(|node| node.attribute("class") == Some("base"))
            .flat_map(|node| points(node.attribute("d").unwrap()))
            .collect();
        for (text, [left, top, right, bottom]) in texts.iter().filter(|(text, _)| text.starts_with('w')) {
            for (x, y) in &edges {
                let (dx, dy) = ((left - x).max(x - right).max(0.0), (top - y).max(y - bottom).max(0.0));
                assert!(dx.hypot(dy) > 3.0, "{text} is crossed by an edge at {x} {y}");
            }
        }
    }
}

/// Points along the curve `M x y C x y x y x y`.
fn points(d: &str) -> Vec<(f64, f64)> {
    let numbers: Vec<f64> =
        d.split(['M', 'C', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect();
    (0..=50)
        .map(|i| {
            let t = f64::from(i) / 50.0;
            let weights = [(1.0 - t).powi(3), 3.0 * t * (1.0 - t).powi(2), 3.0 * t * t * (1.0 - t), t.powi(3)];
            let axis = |axis: usize| (0..4).map(|p| weights[p] * numbers[2 * p + axis]).sum();
            (axis(0), axis(1))
        })
        .collect()
}

/// On a phone the picture of a small network is 344 wide: one unit is one pixel, and no text is smaller than 12.
#[test]
fn a_small_network_is_legible_on_a_phone_and_says_everything() {
    for view in [mazur(), network(&[2, 2, 2], 0.0)] {
        let still = markup(&view, &words(), Mode::Still);
        let document = Document::parse(&still).unwrap();
        let root = document.root_element();
        assert!(root.attribute("viewBox").unwrap().starts_with("0 0 344 "));
        assert_eq!(root.attribute("font-size"), Some("12"));
        assert_eq!(document.descendants().filter(|node| node.has_attribute("font-size")).count(), 1);
        let labels = document.descendants().filter(|node| node.attribute("class") == Some("symbol"));
        assert_eq!(labels.count(), 8 + 6, "eight weights and six nodes have their names");
    }
}

#[test]
fn mathematics_is_mathml_core_and_reads_right() {
    let live = markup(&derivation(0.0), &words(), Mode::Live);
    let document = Document::parse(&live).unwrap();
    for math in document.descendants().filter(|node| node.tag_name().name() == "math") {
        for element in math.descendants().filter(Node::is_element) {
            assert!(MATHML.contains(&element.tag_name().name()), "{}", element.tag_name().name());
        }
    }
    let n = |value: f64| Math::number(value, Format::Fixed(2), true);
    let op = Math::op;
    let shown = |parts: Vec<Math>| {
        let text = mathml(&Math::row(parts), &words());
        let document = Document::parse(&text).unwrap();
        let tokens = document.descendants().filter(|node| {
            node.is_element() && !matches!(node.attribute("class"), Some("placeholder")) && node.text().is_some()
        });
        let written: String = tokens.filter_map(|node| node.text()).collect();
        (written, text)
    };
    // A negative number is bracketed behind an operator and as a base, and nowhere else.
    for (parts, text) in [
        (vec![n(1.0), op("-"), n(-0.5)], "1.00−(−0.50)"),
        (vec![n(1.0), op("−"), n(0.5)], "1.00−0.50"),
        (vec![n(-1.0), op("+"), n(-0.001)], "−1.00+0.00"),
        (vec![op("("), n(-1.0), op(")"), op("×"), n(-2.0)], "(−1.00)×(−2.00)"),
        (vec![Math::var("y"), op("="), n(-2.0)], "y=−2.00"),
        (vec![n(-2.0).sup(Math::constant("2"))], "(−2.00)2"),
        (vec![n(1.0), op("−"), n(-2.0).handle("x").sup(Math::constant("2"))], "1.00−(−2.00)2"),
        (vec![Math::row([n(3.0)]), Math::row([op("-"), n(-4.0)]).handle("x")], "3.00−(−4.00)"),
    ] {
        assert_eq!(shown(parts).0, text);
    }
    // A minus between two things is infix wherever it stands, a sign is not.
    let forms = |parts: Vec<Math>| shown(parts).1.matches("form=\"infix\"").count();
    assert_eq!(forms(vec![n(3.0), Math::row([op("-"), n(4.0)])]), 1);
    assert_eq!(forms(vec![op("-"), n(4.0)]), 0);
    // Numbers keep their distance from what is not an operator.
    assert!(shown(vec![n(0.5), Math::var("x")]).1.contains("mspace"));
    assert!(shown(vec![Math::var("x"), n(0.5)]).1.contains("mspace"));
    let spaces = |parts: Vec<Math>| shown(parts).1.matches("mspace").count();
    assert_eq!(spaces(vec![Math::var("t"), Math::var("ln"), Math::var("o")]), 2);
    assert_eq!(spaces(vec![Math::var("tanh"), op("("), Math::var("z"), op(")")]), 0);
    // Brackets grow with fractions only.
    assert!(shown(vec![op("("), n(1.0), op(")")]).1.contains("stretchy=\"false\">("));
    assert!(shown(vec![op("("), n(1.0).over(n(2.0)), op(")")]).1.contains("stretchy=\"true\">("));
    // What is not known is not told.
    let unknown = Math::Number { value: 42.0, format: Format::Integer, signed: true, known: false };
    let text = mathml(&unknown, &words());
    assert!(!text.contains("42") && text.contains("num signed later") && text.contains('?'), "{text}");
    assert_eq!(mathml(&Math::bold("Wδ1"), &words()), "<math displaystyle=\"true\"><mi>𝐖𝛅𝟏</mi></math>");
}

#[test]
fn a_network_stands_alone_with_its_colours() {
    let words = words();
    let style = Style { scale: 1.0, palette: LIGHT, words: &words };
    let picture = svg(&mazur(), 0, 0, &style);
    let document = Document::parse(&picture).unwrap();
    assert!(document.descendants().all(|node| !node.has_attribute("class") && !node.has_attribute("data-pick")));
    let shapes = document.descendants().filter(|node| matches!(node.tag_name().name(), "path" | "circle"));
    assert!(shapes.clone().count() > 8);
    assert!(shapes.into_iter().all(|shape| shape.has_attribute("stroke")));
    assert!(picture.contains("on its way back: δ × weight") && !picture.contains(">weight<"));
}

#[test]
fn an_empty_network_is_an_empty_picture() {
    let View::Network(mut empty) = network(&[2, 2], 0.0) else { unreachable!() };
    empty.layers.clear();
    let text = markup(&View::Network(empty), &words(), Mode::Live);
    let document = Document::parse(&text).unwrap();
    assert!(!document.descendants().any(|node| node.attribute("class") == Some("edge")), "an edge needs its nodes");
}
