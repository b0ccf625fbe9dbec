//! Models from stacks: their parameters, their maps, and the same bits as layers that were put together by hand.

use tensorscope::analysis::stack::Stack;
use tensorscope::analysis::zoo;
use tensorscope::autograd::Tape;
use tensorscope::kernels::window::Window;
use tensorscope::nn::{BatchNorm, Conv2d, Init, Linear, Mode, Model, Params, init};
use tensorscope::rng::Rng;
use tensorscope::tensor::Tensor;

const HE: Init = Init::HeUniform { fan: init::Fan::In, gain: init::GAIN_RELU };

fn normal(dims: [usize; 4], seed: u64) -> Tensor<f32> {
    let mut rng = Rng::new(seed, 1);
    Tensor::from_fn(dims, |_| rng.normal() as f32)
}

#[test]
fn a_model_has_the_parameters_and_the_map_of_its_stack() {
    // The published networks that are small enough, and what they lack: averages with padding, dilation, a norm after fc.
    let published = [zoo::LENET5.whole, zoo::RESNET18.whole, zoo::MOBILENET_V2.whole];
    let more = ["input9x7x3 conv3x8s2p2d2g1 bn relu avgpool3s2p1 fc6 bn relu fc4", "input8x8x2 res(conv3x2p1|conv1x2)"];
    for text in published.into_iter().chain(more) {
        let stack = Stack::parse(text).expect("a stack");
        let mut params = Params::<f32>::new();
        let model = Model::from_stack(&stack, &mut params, Init::ZEROS, &mut Rng::new(1, 0));
        assert_eq!(params.len() as u64, stack.parameters(), "{text}");
        let of_modules: usize =
            model.modules().iter().flat_map(|module| module.params()).map(|id| params.range(id).len()).sum();
        assert_eq!(of_modules, params.len(), "{text}: every parameter belongs to one module");
        if params.len() > 100_000 {
            continue;
        }
        let mut tape = Tape::new();
        let bound = params.bind(&mut tape);
        let input = model.input();
        let x = tape.constant(&normal([2, input.channels, input.size[0], input.size[1]], 1));
        let out = model.forward(&mut tape, &bound, x, Mode::Train);
        let map = model.output();
        let dims: Vec<usize> = tape.shape(out).dims().collect();
        let flat = map.size == [1, 1] && dims.len() == 2;
        let expected = if flat { vec![2, map.channels] } else { vec![2, map.channels, map.size[0], map.size[1]] };
        assert_eq!(dims, expected, "{text}");
    }
}

#[test]
fn a_model_computes_what_its_layers_do() {
    let text = "input6x8x3 conv3x4p1 bn relu res(conv1x6 relu conv3x8p1g2|conv1x8) maxpool2 conv3x5s2p2d2 avgpool2 fc7 relu fc2";
    let stack = Stack::parse(text).expect("a stack");
    let mut params = Params::<f32>::new();
    let model = Model::from_stack(&stack, &mut params, HE, &mut Rng::new(3, 0));

    let mut by_hand = Params::<f32>::new();
    let (p, rng) = (&mut by_hand, &mut Rng::new(3, 0));
    let conv = |p: &mut Params<f32>, name: &str, sizes, window, bias, rng: &mut Rng| {
        Conv2d::new(p, name, sizes, window, bias, HE, rng)
    };
    let (one, three) = (Window::new(1, 1), Window::new(3, 3).padding(1, 1));
    let first = conv(p, "0", [3, 4, 1], three, false, rng);
    let norm = BatchNorm::new(p, "1", 4, rng);
    let inner = conv(p, "3.main.0", [4, 6, 1], one, true, rng);
    let outer = conv(p, "3.main.2", [6, 8, 2], three, true, rng);
    let side = conv(p, "3.projection.0", [4, 8, 1], one, true, rng);
    let wide = Window::new(3, 3).stride(2, 2).padding(2, 2).dilation(2, 2);
    let last = conv(p, "5", [8, 5, 1], wide, true, rng);
    let hidden = Linear::new(p, "7", [5, 7], HE, rng);
    let head = Linear::new(p, "9", [7, 2], HE, rng);
    assert_eq!(params, by_hand, "declared alike: names, shapes, first values");

    let x = normal([4, 3, 6, 8], 2);
    for mode in [Mode::Train, Mode::Eval] {
        let mut tape = Tape::new();
        let bound = params.bind(&mut tape);
        let input = tape.constant(&x);
        let out = model.forward(&mut tape, &bound, input, mode);

        let mut other = Tape::new();
        let t = &mut other;
        let bound = by_hand.bind(t);
        let h = t.constant(&x);
        let h = first.forward(t, &bound, h);
        let h = norm.forward(t, &bound, h, mode == Mode::Train);
        let h = t.relu(h);
        let main = inner.forward(t, &bound, h);
        let main = t.relu(main);
        let main = outer.forward(t, &bound, main);
        let beside = side.forward(t, &bound, h);
        let h = t.add(main, beside);
        let h = t.max_pool2d(h, Window::new(2, 2).stride(2, 2));
        let h = last.forward(t, &bound, h);
        let h = t.avg_pool2d(h, Window::new(2, 2).stride(2, 2));
        let h = t.reshape(h, [4, 5]);
        let h = hidden.forward(t, &bound, h);
        let h = t.relu(h);
        let expected = head.forward(t, &bound, h);
        assert_eq!(tape.value(out), other.value(expected), "{mode:?}");
        assert!(tape.value(out).iter().any(|value| *value != 0.0), "{mode:?}: all outputs are 0");
    }
}
