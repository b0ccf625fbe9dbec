//! Pooling, against its definition window by window.

use super::{expect_bits, random};
use tensorscope::kernels::pool::{Pool2d, avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward};
use tensorscope::kernels::window::Window;
use tensorscope::kernels::{Real, Write};

const TABLE: [(usize, [usize; 2], Window); 10] = [
    (3, [4, 4], Window::new(2, 2).stride(2, 2)),
    (2, [24, 24], Window::new(2, 2).stride(2, 2)),
    (2, [5, 7], Window::new(2, 2).stride(2, 2)),
    (2, [7, 11], Window::new(2, 2).stride(2, 2)),
    (2, [6, 14], Window::new(2, 2).stride(2, 2)),
    (1, [7, 5], Window::new(3, 3).stride(2, 2).padding(1, 1)),
    (2, [6, 9], Window::new(3, 2).stride(1, 3)),
    (2, [9, 9], Window::new(2, 3).dilation(3, 2).padding(1, 1)),
    (1, [1, 1], Window::new(1, 1)),
    (0, [3, 3], Window::new(2, 2)),
];

/// Offsets of the pixels in the window of output (oy, ox), row by row.
fn window_pixels([h, w]: [usize; 2], window: Window, oy: usize, ox: usize) -> Vec<usize> {
    let mut pixels = Vec::new();
    for ky in 0..window.kernel[0] {
        for kx in 0..window.kernel[1] {
            let y = (oy * window.stride[0] + ky * window.dilation[0]).wrapping_sub(window.padding[0]);
            let x = (ox * window.stride[1] + kx * window.dilation[1]).wrapping_sub(window.padding[1]);
            if y < h && x < w {
                pixels.push(y * w + x);
            }
        }
    }
    pixels
}

fn check<R: Real>(planes: usize, image: [usize; 2], window: Window) {
    let p = Pool2d::new(planes, image, window).expect("a row of the table is a pooling");
    let ([oh, ow], area) = (p.output(), image[0] * image[1]);
    let what = format!("{planes} x {image:?} {window:?} {}", R::NAME);
    // Few different values, so that there are ties.
    let input: Vec<R> = random::<R>(p.input_len(), 1).iter().map(|x| (*x * R::from_f64(3.0)).floor()).collect();
    let grad_out = random::<R>(p.output_len(), 2);
    let (mut best, mut index, mut mean) = (vec![], vec![], vec![]);
    let start = random::<R>(input.len(), 3);
    let (mut max_grad, mut mean_grad) = (start.clone(), start.clone());
    let scale = R::ONE / R::from_usize(window.kernel[0] * window.kernel[1]);
    for plane in 0..planes {
        for at in 0..oh * ow {
            let pixels = window_pixels(image, window, at / ow, at % ow);
            let value = |pixel: usize| input[plane * area + pixel];
            let g = grad_out[plane * oh * ow + at];
            let first = pixels.iter().copied().reduce(|a, b| if value(b) > value(a) { b } else { a }).expect("pixels");
            best.push(value(first));
            index.push(first as u32);
            let mut sum = R::ZERO;
            pixels.iter().for_each(|&pixel| sum += value(pixel));
            mean.push(sum * scale);
            max_grad[plane * area + first] += g;
            pixels.iter().for_each(|&pixel| mean_grad[plane * area + pixel] += g * scale);
        }
    }
    let (mut out, mut out_index) = (vec![R::NAN; p.output_len()], vec![7; p.output_len()]);
    max_pool2d(&p, &input, &mut out, &mut out_index);
    expect_bits(&what, &out, &best);
    assert_eq!(out_index, index, "{what}");
    avg_pool2d(&p, &input, &mut out);
    expect_bits(&what, &out, &mean);

    let mut grad = start.clone();
    max_pool2d_backward(&p, &grad_out, &index, &mut grad, Write::Accumulate);
    expect_bits(&what, &grad, &max_grad);
    let mut grad = start;
    avg_pool2d_backward(&p, &grad_out, &mut grad, Write::Accumulate);
    expect_bits(&what, &grad, &mean_grad);
    // Set forgets what stood there, NaN and all.
    let (mut set, mut added) = (vec![R::NAN; input.len()], vec![R::ZERO; input.len()]);
    max_pool2d_backward(&p, &grad_out, &index, &mut set, Write::Set);
    max_pool2d_backward(&p, &grad_out, &index, &mut added, Write::Accumulate);
    expect_bits(&what, &set, &added);
    set.fill(R::NAN);
    added.fill(R::ZERO);
    avg_pool2d_backward(&p, &grad_out, &mut set, Write::Set);
    avg_pool2d_backward(&p, &grad_out, &mut added, Write::Accumulate);
    expect_bits(&what, &set, &added);
}

#[test]
fn pooling_is_its_definition() {
    for (planes, image, window) in TABLE {
        check::<f32>(planes, image, window);
        check::<f64>(planes, image, window);
    }
}

#[test]
fn nan_wins_and_empty_windows_say_so() {
    let p = Pool2d::new(1, [2, 2], Window::new(2, 2)).expect("fits");
    let (mut out, mut index) = ([0.0_f32], [0]);
    max_pool2d(&p, &[1.0, f32::NAN, f32::NAN, f32::INFINITY], &mut out, &mut index);
    assert!(out[0].is_nan());
    assert_eq!(index[0], 2, "the last NaN, as PyTorch");
    max_pool2d(&p, &[f32::NEG_INFINITY; 4], &mut out, &mut index);
    assert_eq!((out[0], index[0]), (f32::NEG_INFINITY, 0));

    // The same in vectors: every order of a NaN and numbers in a window, in every lane.
    let p = Pool2d::new(1, [2, 48], Window::new(2, 2).stride(2, 2)).expect("fits");
    let value = |pixel: usize, window: usize| [f32::NAN, 1.0, f32::NEG_INFINITY][window / 3usize.pow(pixel as u32) % 3];
    let image: Vec<f32> = (0..96).map(|at| value(at / 48 * 2 + at % 2, at % 48 / 2 + 3 * (at % 48 / 24))).collect();
    let (mut out, mut index) = ([0.0_f32; 24], [9; 24]);
    max_pool2d(&p, &image, &mut out, &mut index);
    for window in 0..24 {
        let pixels = window_pixels([2, 48], Window::new(2, 2).stride(2, 2), 0, window);
        let take = |best: usize, at: usize| if image[at] > image[best] || image[at].is_nan() { at } else { best };
        let best = pixels.into_iter().reduce(take).expect("pixels");
        expect_bits("max of four", &[out[window]], &[image[best]]);
        assert_eq!(index[window], best as u32, "max of four, window {window}");
    }

    let p = Pool2d::new(1, [1, 1], Window::new(1, 1).padding(1, 1)).expect("fits");
    let (mut out, mut index) = ([0.0_f32; 9], [0; 9]);
    max_pool2d(&p, &[2.0], &mut out, &mut index);
    assert_eq!((out[4], index[4], out[0], index[0]), (2.0, 0, f32::NEG_INFINITY, u32::MAX));
    let mut grad = [f32::NAN];
    max_pool2d_backward(&p, &[1.0; 9], &index, &mut grad, Write::Set);
    assert_eq!(grad[0], 1.0);
}
