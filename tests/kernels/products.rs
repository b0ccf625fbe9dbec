//! Products and convolutions: the same bits as the plain loops, over sizes, variants and options.

use super::naive::*;
use super::{SIZES, expect_bits, expect_near, random, sizes, sum_bound, wide};
use tensorscope::kernels::conv::{Conv2d, ConvError, conv2d, conv2d_backward_input, conv2d_backward_weight};
use tensorscope::kernels::matmul::{Matmul, matmul};
use tensorscope::kernels::window::{Window, WindowError};
use tensorscope::kernels::{Real, Write};

const BOTH: [Write; 2] = [Write::Set, Write::Accumulate];

/// One product in `R` against its twin in `R` (bits) and in f64 (bound).
fn check_matmul<R: Real>(size: Matmul) {
    let Matmul { m, n, k, .. } = size;
    let (lhs, rhs) = (random::<R>(m * k, 1), random::<R>(k * n, 2));
    for write in BOTH {
        let what = format!("{size:?} {write:?} {}", R::NAME);
        let mut out = random::<R>(m * n, 3);
        let (mut same, mut exact) = (out.clone(), wide(&out));
        let mut bound = sizes(&exact);
        // What stands in the scratch must not matter.
        let mut scratch = vec![R::NAN; size.scratch_len::<R>()];
        matmul(size, &lhs, &rhs, &mut out, write, &mut scratch);
        matmul_naive(size, &lhs, &rhs, &mut same, write);
        expect_bits(&what, &out, &same);
        matmul_naive(size, &wide(&lhs), &wide(&rhs), &mut exact, write);
        matmul_naive(size, &sizes(&wide(&lhs)), &sizes(&wide(&rhs)), &mut bound, write);
        expect_near(&what, &out, &exact, |i| sum_bound::<R>(k + 1, bound[i]));
    }
}

/// The four ways to store the sides.
fn variants(m: usize, k: usize, n: usize) -> [Matmul; 4] {
    [Matmul::nn(m, k, n), Matmul::nt(m, k, n), Matmul::tn(m, k, n), Matmul::tt(m, k, n)]
}

#[test]
fn matmul_of_every_size_pair_is_its_twin() {
    // Every pair of sizes as (m, n) and (k, n); the third size walks along, so that most products are not square.
    for (i, a) in SIZES.into_iter().enumerate() {
        for (j, b) in SIZES.into_iter().enumerate() {
            let c = SIZES[(3 * i + 5 * j) % SIZES.len()];
            for size in variants(a, c, b).into_iter().chain(variants(c, a, b)) {
                check_matmul::<f32>(size);
                check_matmul::<f64>(size);
            }
        }
    }
}

#[test]
fn matmul_of_odd_shapes_is_its_twin() {
    let table =
        [(1, 1000, 1), (1, 300, 300), (300, 300, 1), (300, 1, 300), (2, 700, 9), (130, 300, 270), (257, 513, 5)];
    for (m, k, n) in table {
        for size in variants(m, k, n) {
            check_matmul::<f32>(size);
        }
        check_matmul::<f64>(Matmul::nn(m, k, n));
    }
}

#[test]
fn a_nan_or_infinity_reaches_its_row_and_column_only() {
    let (m, k, n) = (9, 17, 21);
    for size in variants(m, k, n) {
        for special in [f32::NAN, f32::INFINITY] {
            let (mut lhs, rhs) = (random::<f32>(m * k, 1), random::<f32>(k * n, 2));
            let at = if size.lhs == tensorscope::kernels::matmul::Trans::No { 4 * k + 3 } else { 3 * m + 4 };
            lhs[at] = special;
            let mut out = vec![f32::NAN; m * n];
            let mut scratch = vec![0.0; size.scratch_len::<f32>()];
            matmul(size, &lhs, &rhs, &mut out, Write::Set, &mut scratch);
            for (at, x) in out.iter().enumerate() {
                assert_eq!(x.is_finite(), at / n != 4, "{size:?} with {special} gives {x} at {at}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "matmul: rhs has 5 elements, and the sizes say 6")]
fn a_wrong_length_is_named() {
    matmul(Matmul::nn(2, 2, 3), &[0.0; 4], &[0.0; 5], &mut [0.0; 6], Write::Set, &mut []);
}

/// The three kernels of one convolution against their twins.
fn check_conv<R: Real>(p: &Conv2d) {
    let len = |dims: [usize; 4]| dims.iter().product::<usize>();
    let input = random::<R>(len(p.input()), 1);
    let weight = random::<R>(len(p.weight()), 2);
    let grad_out = random::<R>(len(p.output()), 3);
    let mut scratch = vec![R::NAN; p.scratch_len::<R>()];
    for write in BOTH {
        let what = |kernel| format!("{kernel} {write:?} {} {p:?}", R::NAME);

        let mut out = random::<R>(grad_out.len(), 4);
        let (mut same, mut exact) = (out.clone(), wide(&out));
        let mut bound = sizes(&exact);
        conv2d(p, &input, &weight, &mut out, write, &mut scratch);
        conv2d_naive(p, &input, &weight, &mut same, write);
        expect_bits(&what("conv2d"), &out, &same);
        conv2d_naive(p, &wide(&input), &wide(&weight), &mut exact, write);
        conv2d_naive(p, &sizes(&wide(&input)), &sizes(&wide(&weight)), &mut bound, write);
        let terms = len(p.weight()) / p.output()[1].max(1);
        expect_near(&what("conv2d"), &out, &exact, |i| sum_bound::<R>(terms + 1, bound[i]));

        let mut grad_input = random::<R>(input.len(), 5);
        let (mut same, mut exact) = (grad_input.clone(), wide(&grad_input));
        let mut bound = sizes(&exact);
        conv2d_backward_input(p, &weight, &grad_out, &mut grad_input, write, &mut scratch);
        conv2d_backward_input_naive(p, &weight, &grad_out, &mut same, write);
        expect_bits(&what("backward_input"), &grad_input, &same);
        conv2d_backward_input_naive(p, &wide(&weight), &wide(&grad_out), &mut exact, write);
        conv2d_backward_input_naive(p, &sizes(&wide(&weight)), &sizes(&wide(&grad_out)), &mut bound, write);
        let terms = len(p.weight()) / p.weight()[1].max(1);
        expect_near(&what("backward_input"), &grad_input, &exact, |i| sum_bound::<R>(terms + 1, bound[i]));

        let mut grad_weight = random::<R>(weight.len(), 6);
        let (mut same, mut exact) = (grad_weight.clone(), wide(&grad_weight));
        let mut bound = sizes(&exact);
        conv2d_backward_weight(p, &input, &grad_out, &mut grad_weight, write, &mut scratch);
        conv2d_backward_weight_naive(p, &input, &grad_out, &mut same, write);
        expect_bits(&what("backward_weight"), &grad_weight, &same);
        conv2d_backward_weight_naive(p, &wide(&input), &wide(&grad_out), &mut exact, write);
        conv2d_backward_weight_naive(p, &sizes(&wide(&input)), &sizes(&wide(&grad_out)), &mut bound, write);
        let terms = len(p.output()) / p.output()[1].max(1);
        expect_near(&what("backward_weight"), &grad_weight, &exact, |i| sum_bound::<R>(terms + 1, bound[i]));
    }
}

#[test]
fn convolutions_with_every_option_are_their_twins() {
    let k = Window::new;
    // input n, c, h, w; output channels; window; groups.
    let table: [([usize; 4], usize, Window, usize); 34] = [
        ([1, 1, 1, 1], 1, k(1, 1), 1),
        ([2, 3, 5, 7], 4, k(1, 1), 1),
        ([2, 3, 5, 7], 5, k(3, 3), 1),
        ([2, 1, 9, 9], 8, k(5, 5), 1),
        ([1, 1, 28, 28], 8, k(5, 5), 1),
        ([2, 8, 12, 12], 16, k(5, 5), 1),
        ([2, 3, 8, 9], 9, k(3, 3).padding(1, 1), 1),
        ([1, 16, 14, 14], 32, k(3, 3).padding(1, 1), 1),
        // Windows 8, 16, 32 and 64 elements apart, which are compiled apart; the last image is not turned for its weights.
        ([1, 4, 7, 9], 8, k(3, 3).stride(1, 2), 1),
        ([2, 16, 5, 6], 8, k(2, 2).padding(1, 1).dilation(1, 2), 1),
        ([1, 32, 5, 7], 9, k(3, 2), 1),
        ([1, 32, 6, 6], 64, k(3, 3).padding(1, 1), 1),
        ([1, 64, 10, 11], 8, k(3, 3).padding(1, 1), 1),
        ([3, 2, 7, 5], 3, k(3, 2).padding(1, 2), 1),
        ([2, 3, 9, 8], 4, k(3, 3).stride(2, 2), 1),
        // Strides beyond the kernel: some places of the input belong to no window.
        ([1, 2, 1, 1], 3, k(1, 1).stride(3, 3), 1),
        ([2, 3, 2, 7], 4, k(1, 2).stride(4, 5), 1),
        ([2, 3, 9, 8], 17, k(3, 3).stride(2, 1).padding(1, 1), 1),
        ([2, 3, 11, 12], 8, k(4, 4).stride(2, 3).padding(2, 1), 1),
        ([1, 4, 10, 10], 6, k(2, 2).stride(3, 3), 1),
        ([1, 5, 16, 16], 7, k(7, 7).stride(2, 2).padding(3, 3), 1),
        ([1, 9, 9, 9], 3, k(3, 3).dilation(2, 2), 1),
        ([2, 2, 12, 9], 5, k(3, 2).dilation(3, 2).padding(2, 1).stride(2, 2), 1),
        ([1, 2, 5, 5], 2, k(3, 3).padding(4, 5), 1),
        ([1, 4, 6, 6], 4, k(3, 3).padding(1, 1), 2),
        ([2, 6, 5, 5], 9, k(3, 3).stride(2, 1), 3),
        ([1, 16, 6, 6], 16, k(1, 1), 2),
        ([2, 5, 8, 8], 5, k(3, 3).padding(1, 1), 5),
        ([1, 16, 9, 7], 16, k(3, 3).padding(1, 1).stride(2, 2), 16),
        ([1, 3, 9, 7], 6, k(5, 5).padding(2, 2).dilation(1, 2), 3),
        ([1, 17, 4, 33], 15, k(1, 3), 1),
        ([0, 2, 4, 4], 3, k(3, 3), 1),
        ([1, 2, 1, 65], 3, k(1, 8), 1),
        ([1, 2, 40, 3], 3, k(9, 1), 1),
    ];
    for (input, out_c, window, groups) in table {
        let weight = [out_c, input[1] / groups, window.kernel[0], window.kernel[1]];
        let p = Conv2d::new(input, weight, window, groups).expect("a row of the table is a convolution");
        check_conv::<f32>(&p);
        check_conv::<f64>(&p);
    }
}

#[test]
fn windows_mostly_on_padding_or_in_holes_are_their_twins_and_take_no_scratch() {
    let k = Window::new;
    // Input n, c, h, w; output channels; window; groups.
    let table: [([usize; 4], usize, Window, usize); 9] = [
        ([1, 1, 8, 8], 1, k(3, 3).padding(4096, 4096).dilation(4096, 4096), 1),
        ([2, 3, 5, 7], 4, k(3, 3).padding(700, 1200).dilation(600, 900).stride(3, 2), 1),
        ([1, 4, 6, 6], 6, k(2, 3).padding(900, 900).dilation(1701, 850), 2),
        ([1, 3, 3, 3], 3, k(1, 1).padding(1000, 1000).stride(400, 500), 3),
        ([1, 1, 4, 4], 1, k(900, 900).padding(450, 449), 1),
        ([1, 1, 3, 4], 1, k(900, 900).padding(600, 800).stride(300, 300), 1),
        ([1, 1, 2, 3], 2, k(2, 2).padding(1100, 1100).stride(2, 2200).dilation(2200, 1), 1),
        ([1, 1, 4, 4], 1, k(3, 700).padding(5, 1100).dilation(4, 3).stride(1, 7), 1),
        ([2, 2, 3, 3], 4, k(1, 3).padding(2000, 2000).stride(4000, 2), 2),
    ];
    let mut direct = 0;
    for (input, out_c, window, groups) in table {
        let weight = [out_c, input[1] / groups, window.kernel[0], window.kernel[1]];
        let p = Conv2d::new(input, weight, window, groups).expect("a row of the table is a convolution");
        direct += usize::from(p.is_direct::<f32>() && p.scratch_len::<f32>() == 0);
        check_conv::<f32>(&p);
        check_conv::<f64>(&p);
    }
    assert_eq!(direct, table.len() - 1, "all but one, which is small enough for a frame");
}

#[test]
fn single_channels_are_their_twins() {
    // Rows in pairs, and taps along the lanes: windows that begin and end on the padding, odd and even numbers of rows.
    for kernel in 1..=5 {
        for padding in 0..=kernel {
            for height in [1, 2, 3, 6, 9].into_iter().filter(|height| height + 2 * padding >= kernel) {
                let (width, wide) = ([5, 17, 29][(height + padding) % 3], [1, 3, 5][kernel % 3]);
                let window = Window::new(kernel, wide).padding(padding, 1).stride(1, 1 + padding % 2);
                let depthwise = Conv2d::new([2, 3, height, width], [3, 1, kernel, wide], window, 3).expect("fits");
                check_conv::<f32>(&depthwise);
                let one =
                    Conv2d::new([2, 6, height, width], [1, 6, kernel, wide], window.stride(1, 1), 1).expect("fits");
                check_conv::<f32>(&one);
                check_conv::<f64>(&one);
            }
        }
    }
}

#[test]
fn convolutions_of_every_width_are_their_twins() {
    // Widths, channels in and channels out around the lanes and tiles, with and without padding.
    for (i, &width) in SIZES.iter().enumerate().filter(|(_, w)| (3..64).contains(*w)) {
        for &channels in &[1, 3, 4, 5, 8, 9, 17] {
            let out_c = [1, 3, 4, 7, 8, 9, 16, 17][(i + channels) % 8];
            for padding in [0, 1] {
                let window = Window::new(3, 3).padding(padding, padding);
                let p = Conv2d::new([2, channels, 4, width], [out_c, channels, 3, 3], window, 1).expect("fits");
                check_conv::<f32>(&p);
            }
        }
    }
}

#[test]
fn the_choice_of_algorithm_is_the_measured_one() {
    use tensorscope::kernels::conv::Along;
    // m, k, n and which sides are copied (lhs, rhs).
    let table = [
        (Matmul::nn(10, 8, 8), false, false),
        (Matmul::nn(64, 64, 64), true, false),
        (Matmul::nn(128, 128, 128), true, true),
        (Matmul::nn(512, 512, 512), true, true),
        (Matmul::nn(1, 512, 512), false, false),
        (Matmul::nn(64, 128, 10), false, false),
        (Matmul::nt(64, 10, 128), true, true),
        (Matmul::tn(784, 64, 128), true, false),
        (Matmul::tn(128, 64, 10), false, false),
    ];
    for (size, lhs, rhs) in table {
        let packing = size.packing();
        assert_eq!((packing.lhs, packing.rhs), (lhs, rhs), "{size:?}");
    }
    // Channels of the image, of the result, distance of windows.
    let table = [
        (1, 8, 1, Along::Pixels),
        (3, 16, 1, Along::Pixels),
        (4, 16, 1, Along::Channels),
        (16, 32, 1, Along::Channels),
        (8, 1, 1, Along::Pixels),
        (1, 1, 1, Along::Pixels),
        (3, 16, 2, Along::Channels),
        (1, 1, 2, Along::Channels),
    ];
    for (depth, channels, stride, along) in table {
        assert_eq!(Conv2d::along::<f32>(depth, channels, stride), along, "{depth} -> {channels}, {stride}");
    }
}

#[test]
fn a_convolution_that_cannot_be_says_why() {
    let zero = Window::new(3, 3).stride(0, 1);
    let table = [
        (Conv2d::new([1, 1, 2, 9], [1, 1, 3, 3], Window::new(3, 3), 1), "3x3 pixels"),
        (Conv2d::new([1, 1, 9, 9], [1, 1, 3, 3], zero, 1), "at least 1"),
        (Conv2d::new([1, 3, 9, 9], [1, 1, 3, 3], Window::new(3, 3), 1), "1 groups"),
        (Conv2d::new([1, 4, 9, 9], [3, 2, 3, 3], Window::new(3, 3), 2), "2 groups"),
        (Conv2d::new([1, 1, 9, 9], [1, 1, 3, 3], Window::new(3, 2), 1), "not the kernel [3, 2]"),
        (Conv2d::new([1, 1, 9, 9], [1, 1, 3, 3], Window::new(3, 3), 0), "0 groups"),
    ];
    for (conv, says) in table {
        let error: ConvError = conv.expect_err(says);
        assert!(error.to_string().contains(says), "{error}");
    }
    assert!(matches!(Window::new(2, 2).output([1, 1]), Err(WindowError::TooLarge { .. })));
}
