//! Layers, losses, optimisers and a training curve against PyTorch.
//!
//! Not gradient rules one by one (`gradients.rs`): here another implementation says what is right. The files in `goldens/`
//! were made by `goldens/make.py`; every case there must have a row here, and the other way round. Each runs in f64, to
//! rounding, and in f32.

mod common;

use common::{REFERENCE_F32, REFERENCE_F64, close};
use serde_json::Value;
use std::collections::BTreeMap;
use tensorscope::autograd::{Op, Over, Tape, Var};
use tensorscope::kernels::Real;
use tensorscope::kernels::map::Map;
use tensorscope::kernels::window::Window;
use tensorscope::nn::{Bound, Init, Mlp, Optimizer, Params, Rule};
use tensorscope::rng::Rng;
use tensorscope::tensor::Shape;

type Build<T> = fn(&mut Tape<T>, &[Var]) -> Var;

/// What each case of operations.json records on a tape.
fn rows<T: Real>() -> BTreeMap<&'static str, Build<T>> {
    let rows: &[(&'static str, Build<T>)] = &[
        ("relu", |t, v| t.relu(v[0])),
        ("leaky_relu", |t, v| t.leaky_relu(v[0], 0.1)),
        ("elu", |t, v| t.elu(v[0], 1.3)),
        ("sigmoid", |t, v| t.sigmoid(v[0])),
        ("tanh", |t, v| t.tanh(v[0])),
        ("gelu", |t, v| t.gelu(v[0])),
        ("gelu_tanh", |t, v| t.gelu_tanh(v[0])),
        ("silu", |t, v| t.silu(v[0])),
        ("softplus", |t, v| t.softplus(v[0])),
        ("abs", |t, v| t.abs(v[0])),
        ("clamp", |t, v| t.clamp(v[0], -0.9, 0.9)),
        ("linear", |t, v| t.linear(v[0], v[1], Some(v[2]))),
        ("embedding", |t, v| t.rows(v[0], v[1])),
        ("matmul, batched", |t, v| t.matmul(v[0], v[1])),
        ("softmax", |t, v| t.softmax(v[0], 1)),
        ("softmax, channels", |t, v| t.softmax(v[0], 1)),
        ("log_softmax", |t, v| t.log_softmax(v[0], 1)),
        ("max, along an axis", |t, v| t.max_axis(v[0], 1, false)),
        ("broadcast", |t, v| {
            let (product, quotient) = (t.mul(v[0], v[1]), t.div(v[2], v[3]));
            t.add(product, quotient)
        }),
        ("conv2d, plain", |t, v| t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 2), 1)),
        ("conv2d, no bias", |t, v| t.conv2d(v[0], v[1], None, Window::new(3, 3), 1)),
        ("conv2d, stride", |t, v| t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 3).stride(2, 3), 1)),
        ("conv2d, padding", |t, v| t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 3).padding(1, 2), 1)),
        ("conv2d, dilation", |t, v| t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 2).dilation(2, 3), 1)),
        ("conv2d, groups", |t, v| t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 3), 2)),
        ("conv2d, everything, depthwise", |t, v| {
            t.conv2d(v[0], v[1], Some(v[2]), Window::new(3, 3).stride(2, 2).padding(2, 1).dilation(2, 2), 3)
        }),
        ("conv2d, one by one", |t, v| t.conv2d(v[0], v[1], Some(v[2]), Window::new(1, 1), 1)),
        ("max_pool2d", |t, v| t.max_pool2d(v[0], Window::new(2, 2).stride(2, 2))),
        ("max_pool2d, ties", |t, v| t.max_pool2d(v[0], Window::new(3, 3).stride(2, 2).padding(1, 1))),
        ("max_pool2d, negative and padded", |t, v| t.max_pool2d(v[0], Window::new(3, 3).padding(1, 1))),
        ("max_pool2d, dilated", |t, v| t.max_pool2d(v[0], Window::new(2, 2).dilation(2, 3))),
        ("avg_pool2d", |t, v| t.avg_pool2d(v[0], Window::new(2, 2).stride(2, 2))),
        ("avg_pool2d, overlapping and padded", |t, v| t.avg_pool2d(v[0], Window::new(3, 2).stride(2, 1).padding(1, 1))),
        ("layer_norm", |t, v| t.layer_norm(v[0], v[1], v[2], 1e-5)),
        ("layer_norm, tokens", |t, v| t.layer_norm(v[0], v[1], v[2], 1e-5)),
        ("batch_norm, training", |t, v| t.batch_norm(v[0], v[1], v[2], [v[3], v[4]], 1e-5, Some(0.1))),
        ("batch_norm, evaluating", |t, v| t.batch_norm(v[0], v[1], v[2], [v[3], v[4]], 1e-5, None)),
        ("batch_norm, of vectors", |t, v| t.batch_norm(v[0], v[1], v[2], [v[3], v[4]], 1e-5, Some(0.1))),
        // Written with the operations that it is made of, then as one.
        ("attention", |t, v| attention(t, v)),
        ("attention, masked", |t, v| attention(t, v)),
        ("attention, fused", |t, v| t.attention([v[0], v[1], v[2]], None, 1)),
        ("attention, fused and masked", |t, v| t.attention([v[0], v[1], v[2]], Some(v[3]), 1)),
        ("attention, heads", |t, v| t.attention([v[0], v[1], v[2]], None, 3)),
        ("attention, heads and a mask for each", |t, v| t.attention([v[0], v[1], v[2]], Some(v[3]), 3)),
        ("mse_mean", |t, v| t.mse_mean(v[0], v[1])),
        ("mse_half_sum", |t, v| t.mse_half_sum(v[0], v[1])),
        ("cross_entropy", |t, v| t.cross_entropy(v[0], v[1])),
        ("cross_entropy, a sum", |t, v| t.apply(Op::CrossEntropy { over: Over::Sum }, v).unwrap()),
        ("cross_entropy, far out", |t, v| t.cross_entropy(v[0], v[1])),
        ("cross_entropy_probs", |t, v| t.cross_entropy_probs(v[0], v[1])),
    ];
    rows.iter().copied().collect()
}

/// softmax(q k^T / sqrt d + mask) v over the last two dims of [n, heads, tokens, d]; the mask is the fourth operand, if any.
fn attention<T: Real>(t: &mut Tape<T>, v: &[Var]) -> Var {
    let d = t.shape(v[0]).from_back(0);
    let scores = t.matmul_t(v[0], false, v[1], true);
    let scores = t.scale(scores, 1.0 / (d as f64).sqrt());
    let scores = if let Some(&mask) = v.get(3) { t.add(scores, mask) } else { scores };
    let weights = t.softmax(scores, 3);
    t.matmul(weights, v[2])
}

/// The buffers that an operation moves, which `after` in the file says: batch norm's running statistics.
const RUNNING: core::ops::Range<usize> = 3..5;

fn file(name: &str) -> Value {
    let path = format!("{}/tests/goldens/{name}", env!("CARGO_MANIFEST_DIR"));
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}; goldens/make.py makes it"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn numbers(list: &Value) -> Vec<f64> {
    let number = |value: &Value| match value {
        Value::String(infinite) => infinite.parse().unwrap(),
        other => other.as_f64().unwrap(),
    };
    list.as_array().unwrap().iter().map(number).collect()
}

fn shape(list: &Value) -> Shape {
    Shape::new(&numbers(list).iter().map(|&size| size as usize).collect::<Vec<_>>())
}

fn rounded<T: Real>(list: &[f64]) -> Vec<T> {
    list.iter().map(|&x| T::from_f64(x)).collect()
}

fn wide<T: Real>(list: &[T]) -> Vec<f64> {
    list.iter().map(|x| x.to_f64()).collect()
}

fn check_operations<T: Real>(tolerance: f64) {
    let file = file("operations.json");
    let cases = file["cases"].as_array().unwrap();
    let mut rows = rows::<T>();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let build = rows.remove(name).unwrap_or_else(|| panic!("{name}: this case of the file has no row here"));
        let what = |part: &str| format!("{name} in {}, {part}", T::NAME);

        let mut tape = Tape::<T>::new();
        let grads = case["grads"].as_array().unwrap();
        let inputs = case["inputs"].as_array().unwrap();
        let vars: Vec<Var> = inputs
            .iter()
            .zip(grads)
            .map(|(input, grad)| {
                tape.leaf_from(shape(&input["shape"]), &rounded(&numbers(&input["data"])), !grad.is_null())
            })
            .collect();
        let out = build(&mut tape, &vars);
        assert_eq!(tape.shape(out), shape(&case["out"]["shape"]), "{name}: shape");
        close(&what("result"), &wide(tape.value(out)), &numbers(&case["out"]["data"]), tolerance);

        tape.backward_from(out, Some(&rounded(&numbers(&case["c"]))), false).unwrap();
        for (nth, (&var, grad)) in vars.iter().zip(grads).enumerate() {
            if !grad.is_null() {
                close(&what(&format!("gradient {nth}")), &wide(tape.grad(var).unwrap()), &numbers(grad), tolerance);
            }
        }
        for (nth, after) in RUNNING.zip(case["after"].as_array().unwrap()) {
            close(&what(&format!("buffer {nth} afterwards")), &wide(tape.value(vars[nth])), &numbers(after), tolerance);
        }
    }
    assert!(rows.is_empty(), "rows without a case in the file: {:?}", rows.keys());
}

#[test]
fn operations_agree_in_f64() {
    check_operations::<f64>(REFERENCE_F64);
}

#[test]
fn operations_agree_in_f32() {
    check_operations::<f32>(REFERENCE_F32);
}

/// The rules of optimizers.json, with their L2 and L1 decay.
const RULES: &[(&str, Rule, [f64; 2])] = &[
    ("sgd", Rule::SGD, [0.0, 0.0]),
    ("sgd, decay", Rule::SGD, [0.05, 0.0]),
    ("momentum", Rule::Sgd { momentum: 0.9, nesterov: false }, [0.0, 0.0]),
    ("momentum, decay", Rule::Sgd { momentum: 0.9, nesterov: false }, [0.05, 0.0]),
    ("nesterov", Rule::Sgd { momentum: 0.9, nesterov: true }, [0.0, 0.0]),
    ("rmsprop", Rule::RMSPROP, [0.0, 0.0]),
    ("rmsprop, decay", Rule::RmsProp { alpha: 0.9, eps: 1e-3 }, [0.05, 0.0]),
    ("adam", Rule::ADAM, [0.0, 0.0]),
    ("adam, decay", Rule::Adam { beta1: 0.8, beta2: 0.95, eps: 1e-3, decoupled: false }, [0.05, 0.0]),
    ("adamw", Rule::ADAMW, [0.0, 0.0]),
    ("adamw, decay", Rule::ADAMW, [0.05, 0.0]),
    ("sgd, l1", Rule::SGD, [0.0, 0.03]),
    ("momentum, decay, l1", Rule::Sgd { momentum: 0.9, nesterov: false }, [0.05, 0.03]),
    ("adamw, decay, l1", Rule::ADAMW, [0.05, 0.03]),
];

fn check_optimizers<T: Real>(tolerance: f64) {
    let file = file("optimizers.json");
    let runs = file["runs"].as_object().unwrap();
    assert_eq!(runs.len(), RULES.len(), "runs in the file and rules here");
    for &(name, rule, [l2, l1]) in RULES {
        let mut params: Vec<T> = rounded(&numbers(&file["start"]));
        let mut optimizer = Optimizer::new(rule, params.len()).with_weight_decay(l2).with_l1(l1);
        let steps = file["grads"].as_array().unwrap().iter().zip(runs[name].as_array().unwrap());
        for (nth, (grads, expected)) in steps.enumerate() {
            optimizer.step(&mut params, &rounded(&numbers(grads)), 0.1);
            let what = format!("{name} in {}, after step {}", T::NAME, nth + 1);
            close(&what, &wide(&params), &numbers(expected), tolerance);
        }
    }
}

#[test]
fn optimizers_agree_over_ten_steps() {
    check_optimizers::<f64>(REFERENCE_F64);
    check_optimizers::<f32>(REFERENCE_F32);
}

/// Trains the perceptron of training.json for ten steps: the losses, and the parameters at the end.
fn train<T: Real>(file: &Value, rule: Rule, lr: f64) -> (Vec<f64>, Vec<f64>) {
    let widths: Vec<usize> = numbers(&file["widths"]).iter().map(|&width| width as usize).collect();
    let mut params = Params::<T>::new();
    let mlp = Mlp::new(&mut params, &widths, Some(Map::Tanh), Init::ZEROS, &mut Rng::new(0, 0));
    params.values_mut().copy_from_slice(&rounded(&numbers(&file["start"])));
    let (x, labels) = (rounded::<T>(&numbers(&file["x"])), rounded::<T>(&numbers(&file["labels"])));

    let mut optimizer = Optimizer::new(rule, params.len());
    let mut grads = vec![T::ZERO; params.len()];
    let mut tape = Tape::new();
    let mut losses = Vec::new();
    for _ in 0..10 {
        tape.clear();
        let bound: Bound = params.bind(&mut tape);
        let x = tape.leaf_from(Shape::from([labels.len(), widths[0]]), &x, false);
        let labels = tape.leaf_from(Shape::from([labels.len()]), &labels, false);
        let logits = mlp.forward(&mut tape, &bound, x);
        let loss = tape.cross_entropy(logits, labels);
        tape.backward(loss).unwrap();
        losses.push(tape.item(loss).to_f64());
        bound.grads(&tape, &mut grads);
        optimizer.step(params.values_mut(), &grads, lr);
    }
    (losses, wide(params.values()))
}

#[test]
fn training_follows_the_same_curve() {
    let file = file("training.json");
    let table = [
        ("sgd", Rule::SGD, 0.5),
        ("momentum", Rule::Sgd { momentum: 0.9, nesterov: false }, 0.1),
        ("adam", Rule::ADAM, 0.05),
    ];
    for (name, rule, lr) in table {
        let run = &file["runs"][name];
        let (losses, params) = train::<f64>(&file, rule, lr);
        close(&format!("{name}, losses"), &losses, &numbers(&run["losses"]), REFERENCE_F64);
        close(&format!("{name}, parameters"), &params, &numbers(&run["params"]), REFERENCE_F64);
        let (losses, params) = train::<f32>(&file, rule, lr);
        close(&format!("{name} in f32, losses"), &losses, &numbers(&run["losses"]), REFERENCE_F32);
        close(&format!("{name} in f32, parameters"), &params, &numbers(&run["params"]), REFERENCE_F32);
    }
}
