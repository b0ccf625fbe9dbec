//! A table of texts: what they mean, and what is wrong with them.

use super::{Op, Stack};

/// Text, and its output.
const GOOD: &[(&str, &str)] = &[
    ("input8x6x3", "8x6x3"),
    ("  input8x6x3  relu ", "8x6x3"),
    ("input32x32x1 conv5x6 relu maxpool2s2 conv5x16 relu maxpool2s2 fc120 relu fc84 relu fc10", "1x1x10"),
    ("input224x224x3 conv7x64s2p3 bn relu maxpool3s2p1", "56x56x64"),
    ("input224x224x3 conv7x64p3s2 maxpool3p1s2", "56x56x64"),
    ("input7x7x4 conv3x8g4d2", "3x3x8"),
    ("input5x5x2 maxpool2", "2x2x2"),
    ("input5x5x2 res(conv3x2p1 bn relu conv3x2p1 bn) relu", "5x5x2"),
    ("input8x8x2 res(conv3x4s2p1|conv1x4s2)", "4x4x4"),
    ("input8x8x2 res ( conv3x4s2p1 | conv1x4s2 )", "4x4x4"),
    ("input8x8x2 res(res(conv1x2) relu)", "8x8x2"),
];

#[test]
fn texts_mean_what_they_say_and_are_written_again() {
    for (text, output) in GOOD {
        let stack = Stack::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
        assert_eq!(stack.output().to_string(), *output, "{text}");
        let again = Stack::parse(&stack.to_string()).expect("what a stack writes can be read");
        assert_eq!(again.to_string(), stack.to_string(), "{text}");
    }
}

/// Text, column, what is given there, and what is expected.
const BAD: &[(&str, usize, &str, &str)] = &[
    ("", 1, "", "inputHxWxC"),
    ("conv3x8", 1, "conv3x8", "inputHxWxC"),
    ("input8x8", 1, "input8x8", "inputHxWxC"),
    ("input8x8x0", 1, "input8x8x0", "inputHxWxC, H W 1 … 4096, C 1 … 100000"),
    ("input8x8x3 input8x8x3", 12, "input8x8x3", LAYERS),
    ("input8x8x3 conv3", 12, "conv3", "convKxC[s][p][d][g]"),
    ("input8x8x3 conv0x4", 12, "conv0x4", "convKxC[s][p][d][g], K 1 … 4096"),
    ("input8x8x3 conv3x4s0", 12, "conv3x4s0", "convKxC[s][p][d][g], s 1 … 4096"),
    ("input8x8x3 conv3x4s1s2", 12, "conv3x4s1s2", "convKxC[s][p][d][g], s ≤ 1×"),
    ("input8x8x3 conv3x4q1", 12, "conv3x4q1", "convKxC[s][p][d][g]"),
    ("input8x8x3 conv3x4s", 12, "conv3x4s", "convKxC[s][p][d][g]"),
    ("input8x8x3 conv3x4g2", 12, "conv3x4g2", "g | 3, g | 4"),
    ("input8x8x3 relu conv9x4", 17, "conv9x4", "K ≤ 8"),
    ("input8x8x3 conv5x4d2p0", 12, "conv5x4d2", "d(K−1)+1 ≤ 8"),
    ("input8x8x3 maxpool3p2", 12, "maxpool3p2", "p ≤ 1"),
    ("input8x8x3 maxpool3d2", 12, "maxpool3d2", "maxpoolK[s][p]"),
    ("input8x8x3 fc", 12, "fc", "fcN, N 1 … 100000"),
    ("input8x8x3 fc10 conv1x3", 17, "conv1x3", "relu, bn, fcN"),
    ("input8x8x3 res(fc10)", 16, "fc10", "convKxC, maxpoolK, avgpoolK, relu, bn, res(…)"),
    ("input8x8x3 res()", 16, ")", "convKxC, maxpoolK, avgpoolK, relu, bn, res(…)"),
    ("input8x8x3 res(relu|)", 21, ")", "convKxC, maxpoolK, avgpoolK, relu, bn, res(…)"),
    ("input8x8x3 res(relu", 20, "", "|, )"),
    ("input8x8x3 res(relu|relu|relu)", 25, "|", ")"),
    ("input8x8x3 res relu", 16, "relu", "("),
    ("input8x8x3 relu)", 16, ")", LAYERS),
    ("input8x8x3 res(conv3x3)", 12, "6x6x3", "8x8x3"),
    ("input8x8x3 res(conv3x4p1)", 12, "8x8x4", "8x8x3"),
    ("input1x1x3 res(conv1x3s2)", 12, "s = 2", "s = 1"),
    ("input8x8x3 卷积", 12, "卷积", LAYERS),
];

/// What may stand where a layer is expected.
const LAYERS: &str = "convKxC, maxpoolK, avgpoolK, relu, bn, fcN, res(…)";

#[test]
fn mistakes_are_found_where_they_stand() {
    for (text, column, given, expected) in BAD {
        let mistake = Stack::parse(text).expect_err(text);
        assert_eq!((mistake.column, &*mistake.given, &*mistake.expected), (*column, *given, *expected), "{text}");
    }
}

#[test]
fn any_text_is_read_or_refused_but_nothing_breaks() {
    // Every prefix of every text, and every text with one character taken out.
    for text in GOOD.iter().map(|row| row.0).chain(BAD.iter().map(|row| row.0)) {
        for (at, c) in text.char_indices() {
            let _ = Stack::parse(&text[..at]);
            let _ = Stack::parse(&format!("{}{}", &text[..at], &text[at + c.len_utf8()..]));
        }
    }
    let deep = format!("input1x1x1 {}relu{}", "res(".repeat(500), ")".repeat(500));
    assert_eq!(Stack::parse(&deep).expect_err("too deep").expected, "res(…): ≤ 16");
}

#[test]
fn a_bias_is_there_unless_bn_comes_next() {
    let stack = Stack::parse("input4x4x2 conv1x2 conv1x2 bn conv1x2 relu bn fc3 bn fc3").expect("a stack");
    let biases = stack.layers.iter().filter_map(|layer| match layer.op {
        Op::Conv { bias, .. } | Op::Fc { bias, .. } => Some(bias),
        _ => None,
    });
    assert_eq!(biases.collect::<Vec<_>>(), [true, false, true, false, true]);
}

/// Text, and what it becomes with half of its channels (rounded up).
const HALVED: &[(&str, &str)] = &[
    ("input8x8x3 conv3x8p1 fc10", "input8x8x3 conv3x4p1 fc5"),
    // What is added to the picture has the picture's channels, on whichever way it comes there.
    ("input8x8x3 res(conv3x3p1)", "input8x8x3 res(conv3x3p1)"),
    ("input8x8x3 res(conv3x8p1 relu conv3x3p1)", "input8x8x3 res(conv3x4p1 relu conv3x3p1)"),
    (
        "input8x8x3 relu res(res(conv1x3) avgpool3s1p1) conv1x3",
        "input8x8x3 relu res(res(conv1x3) avgpool3s1p1) conv1x2",
    ),
    ("input8x8x3 res(relu|conv1x3)", "input8x8x3 res(relu|conv1x3)"),
    (
        "input8x8x3 res(conv1x3|maxpool3s1p1) res(conv1x3|conv1x3)",
        "input8x8x3 res(conv1x3|maxpool3s1p1) res(conv1x2|conv1x2)",
    ),
    ("input8x8x3 res(conv1x5|res(conv1x3) conv1x5)", "input8x8x3 res(conv1x3|res(conv1x3) conv1x3)"),
    // A later sum with the picture binds what an earlier one has made.
    ("input8x8x3 res(res(conv1x3|conv1x3) relu)", "input8x8x3 res(res(conv1x3|conv1x3) relu)"),
    ("input8x8x3 conv1x7 res(conv1x7 res(conv1x7))", "input8x8x3 conv1x4 res(conv1x4 res(conv1x4))"),
    // Depthwise stays depthwise; groups that divide no more are given up.
    ("input8x8x6 conv3x6p1g6 conv1x12g6 conv3x12g4", "input8x8x6 conv3x3p1 conv1x6g3 conv3x6"),
    ("input8x8x3 res(conv3x3p1g3)", "input8x8x3 res(conv3x3p1g3)"),
];

#[test]
fn half_of_the_channels_fit_wherever_all_did() {
    for (text, halved) in HALVED {
        let stack = Stack::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
        let half = stack.with_channels(stack.input.channels, &|channels| channels.div_ceil(2));
        assert_eq!(half.map(|half| half.to_string()), Ok((*halved).into()), "{text}");
        let one = stack.with_channels(1, &|_| 1).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
        assert!(one.flat().iter().all(|layer| layer.output.channels == 1), "{text}: {one}");
    }
}
