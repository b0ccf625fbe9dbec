//! The recorded step: the bits of steps that are recorded anew, with an optimiser for each parameter; what is frozen stays;
//! a test over the same parameters.

use tensorscope::analysis::stack::Stack;
use tensorscope::autograd::{Tape, Var};
use tensorscope::nn::{
    Bound, Ema, Evaluator, Group, Init, Mode, Model, Optimizer, ParamId, Params, Rule, Trainer, init,
};
use tensorscope::rng::Rng;

const STACK: &str = "input6x6x2 conv3x4p1 bn relu res(conv3x4p1 relu) maxpool2 fc6 relu fc3";
const BATCH: usize = 5;
const STEPS: usize = 12;
const LR: f64 = 0.05;
const BETA: f64 = 0.8;

/// A way to train: the rule, what everything is told, one module with a group of its own, modules that are frozen.
struct Row {
    name: &'static str,
    rule: Rule,
    defaults: Group,
    group: Option<(usize, Group)>,
    frozen: &'static [usize],
}

const PLAIN: Group = Group { lr: 1.0, weight_decay: 0.0, l1: 0.0 };

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "SGD", rule: Rule::SGD, defaults: PLAIN, group: None, frozen: &[] },
    Row { name: "SGD, L1, the last layer at twice the rate", rule: Rule::SGD, defaults: Group { l1: 0.01, ..PLAIN }, group: Some((7, Group { lr: 2.0, ..PLAIN })), frozen: &[] },
    Row { name: "momentum, decay, batch norm without", rule: Rule::Sgd { momentum: 0.9, nesterov: false }, defaults: Group { weight_decay: 0.1, ..PLAIN }, group: Some((1, PLAIN)), frozen: &[] },
    Row { name: "Nesterov, the first layer frozen", rule: Rule::Sgd { momentum: 0.9, nesterov: true }, defaults: PLAIN, group: None, frozen: &[0] },
    Row { name: "RMSProp, the last layer frozen", rule: Rule::RMSPROP, defaults: PLAIN, group: None, frozen: &[7] },
    Row { name: "Adam, two in the middle frozen", rule: Rule::ADAM, defaults: Group { weight_decay: 0.1, ..PLAIN }, group: Some((5, Group { lr: 0.1, ..PLAIN })), frozen: &[1, 3] },
    Row { name: "AdamW, all but the last layer frozen", rule: Rule::ADAMW, defaults: PLAIN, group: Some((7, Group { weight_decay: 0.1, ..PLAIN })), frozen: &[0, 1, 3, 5] },
];

/// Where a recorded step takes its batch from.
struct Handles {
    x: Var,
    labels: Var,
    mask: Var,
}

/// The network up to its loss, with dropout before the last layer.
fn loss(model: &Model, tape: &mut Tape<f32>, bound: &Bound, mode: Mode, batch: [&[f32]; 3]) -> (Var, Handles) {
    let x = tape.leaf_from([BATCH, 2, 6, 6].into(), batch[0], false);
    let labels = tape.leaf_from([BATCH].into(), batch[1], false);
    let mask = tape.leaf_from([BATCH, 6].into(), batch[2], false);
    let (last, others) = model.modules().split_last().expect("layers");
    let h = others.iter().fold(x, |h, module| module.forward(tape, bound, h, mode));
    let h = if mode == Mode::Train { tape.dropout(h, mask, 0.25) } else { h };
    let logits = last.forward(tape, bound, h, mode);
    (tape.cross_entropy(logits, labels), Handles { x, labels, mask })
}

/// Pictures, labels and the mask of step `step`.
fn batch(step: usize) -> [Vec<f32>; 3] {
    let mut rng = Rng::new(7, step as u64);
    let x = (0..BATCH * 72).map(|_| rng.normal() as f32).collect();
    let labels = (0..BATCH).map(|_| rng.below(3) as f32).collect();
    [x, labels, (0..BATCH * 6).map(|_| f32::from(u8::from(rng.below(4) > 0))).collect()]
}

fn borrowed(batch: &[Vec<f32>; 3]) -> [&[f32]; 3] {
    batch.each_ref().map(|part| &part[..])
}

/// The network, with what `row` freezes frozen.
fn model(row: &Row) -> (Params<f32>, Model) {
    let he = Init::HeUniform { fan: init::Fan::In, gain: init::GAIN_RELU };
    let mut params = Params::new();
    let model = Model::from_stack(&Stack::parse(STACK).expect("a stack"), &mut params, he, &mut Rng::new(5, 0));
    for id in row.frozen.iter().flat_map(|nth| model.modules()[*nth].params()) {
        params.set_requires_grad(id, false);
    }
    (params, model)
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_step_has_the_bits_of_one_recorded_anew_with_an_optimiser_for_each_parameter() {
    for row in ROWS {
        let Row { name, rule, defaults, .. } = *row;
        let (first, model) = model(row);
        let record = |tape: &mut Tape<f32>, bound: &Bound| loss(&model, tape, bound, Mode::Train, borrowed(&batch(0)));
        let (trainer, Handles { x, labels, mask }) = Trainer::record(&first, rule, record);
        let mut trainer = trainer.with_ema(BETA).with_defaults(defaults);
        let special = row.group.map(|(nth, group)| (model.modules()[nth].params(), group));
        if let Some((ids, group)) = &special {
            trainer.add_group(ids, *group);
        }
        let test = |tape: &mut Tape<f32>, bound: &Bound| loss(&model, tape, bound, Mode::Eval, borrowed(&batch(99))).0;
        let (mut evaluator, test_loss) = Evaluator::record(&first, test);

        let mut params = first.clone();
        let group_of = |id: &ParamId| match &special {
            Some((ids, group)) if ids.contains(id) => *group,
            _ => defaults,
        };
        let trained: Vec<ParamId> = params.ids().filter(|&id| params.requires_grad(id)).collect();
        let mut optimizers: Vec<(ParamId, Group, Optimizer<f32>)> = Vec::new();
        for &id in &trained {
            let (group, len) = (group_of(&id), params.get(id).len());
            let optimizer = Optimizer::new(rule, len).with_weight_decay(group.weight_decay).with_l1(group.l1);
            optimizers.push((id, group, optimizer));
        }
        let mut ema = Ema::new(params.len());
        for step in 0..STEPS {
            let lr = LR / (1 + step) as f64;
            let batch = batch(step);
            for (input, values) in [x, labels, mask].into_iter().zip(&batch) {
                trainer.input_mut(input).copy_from_slice(values);
            }
            let replayed = trainer.step(lr);

            let mut tape = Tape::new();
            let bound = params.bind(&mut tape);
            let (root, _) = loss(&model, &mut tape, &bound, Mode::Train, borrowed(&batch));
            tape.backward(root).expect("gradients");
            params.take_buffers(&tape, &bound);
            for (id, group, optimizer) in &mut optimizers {
                let grad = tape.grad(bound[*id]).expect("a gradient");
                optimizer.step(params.get_mut(*id), grad, group.lr * lr);
                assert_eq!(trainer.grad(*id).map(bits), Some(bits(grad)), "{name}: {}", params.name(*id));
            }
            ema.update(params.values(), BETA);
            assert_eq!(replayed.to_bits(), tape.item(root).to_bits(), "{name}: loss of step {step}");
            assert_eq!(bits(trainer.params()), bits(params.values()), "{name}: parameters after step {step}");
        }
        let mut stored = first.clone();
        trainer.store(&mut stored);
        assert_eq!(stored, params, "{name}: running statistics");
        assert_eq!(trainer.ema(), Some(&ema), "{name}: the average");
        assert_eq!(trainer.steps(), STEPS as u64);

        // Frozen: no gradient, the same values. All others have moved.
        for id in first.ids().filter(|&id| first.is_trained(id)) {
            let moved = params.get(id) != first.get(id);
            assert_eq!(moved, trained.contains(&id), "{name}: whether {} moved", first.name(id));
            assert_eq!(trainer.grad(id).is_some(), trained.contains(&id), "{name}: the gradient of {}", first.name(id));
        }
        assert_eq!(trainer.grads().len(), trained.iter().map(|&id| first.get(id).len()).sum::<usize>(), "{name}");

        // A test of the parameters as they are now, and of others: with the running statistics, without dropout.
        let expected = |params: &Params<f32>| {
            let mut tape = Tape::new();
            let bound = params.bind(&mut tape);
            let (root, _) = loss(&model, &mut tape, &bound, Mode::Eval, borrowed(&batch(99)));
            tape.item(root)
        };
        evaluator.follow(&trainer);
        evaluator.forward();
        assert_eq!(evaluator.item(test_loss).to_bits(), expected(&params).to_bits(), "{name}: test loss");
        evaluator.load(&first);
        evaluator.forward();
        assert_eq!(evaluator.item(test_loss).to_bits(), expected(&first).to_bits(), "{name}: test loss at the start");
        assert_ne!(expected(&params), expected(&first), "{name}: training changes the test");
    }
}

#[test]
fn a_group_can_be_changed_between_steps() {
    let (params, model) = model(&ROWS[0]);
    let record =
        |tape: &mut Tape<f32>, bound: &Bound| (loss(&model, tape, bound, Mode::Train, borrowed(&batch(0))).0, ());
    let (mut trainer, ()) = Trainer::record(&params, Rule::SGD, record);
    let head = model.modules()[7].params();
    let number = trainer.add_group(&head, Group { lr: 0.0, ..PLAIN });
    trainer.step(LR);
    let place = params.range(head[0]);
    assert_eq!(trainer.params()[place.clone()], params.values()[place.clone()], "a rate of 0");
    trainer.group_mut(number).lr = 1.0;
    trainer.step(LR);
    assert_ne!(trainer.params()[place.clone()], params.values()[place], "a rate again");
}
