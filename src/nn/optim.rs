//! Optimisers, sorted by what they remember: each is one loop over flat parameters and gradients.
//!
//! Not schedules: the rate is an argument of every step. The formulas are PyTorch's, in its order: g is the gradient,
//! plus weight_decay * p (L2, except AdamW, which shrinks p itself), plus l1 * sign(p). Groups of parameters may have rates
//! and decays of their own ([`Group`]).
//!
//! | rule | per parameter p |
//! |---|---|
//! | SGD | p -= lr g |
//! | momentum | b = momentum b + g (at first b = g); p -= lr b |
//! | Nesterov | the same b; p -= lr (g + momentum b) |
//! | RMSProp | v = alpha v + (1 - alpha) g^2; p -= lr g / (sqrt v + eps) |
//! | Adam | m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= lr m' / (sqrt v' + eps), m' = m / (1 - beta1^t), v' = v / (1 - beta2^t) |
//! | AdamW | p -= lr weight_decay p, then Adam with g alone |

use crate::kernels::Real;
use core::ops::Range;

/// Which rule, with its constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Stochastic gradient descent, with momentum where that is not 0.
    Sgd {
        /// How much of the last step stays in the next.
        momentum: f64,
        /// Whether the gradient counts as if the momentum had been applied already.
        nesterov: bool,
    },
    /// Hinton's: the gradient over the root of its own running mean square.
    RmsProp {
        /// How much of the mean square stays; PyTorch's default is 0.99.
        alpha: f64,
        /// Added to the root; PyTorch's default is 1e-8.
        eps: f64,
    },
    /// Kingma and Ba 2015; with `decoupled` decay Loshchilov and Hutter's AdamW.
    Adam {
        /// How much of the mean gradient stays; 0.9.
        beta1: f64,
        /// How much of the mean square stays; 0.999.
        beta2: f64,
        /// Added to the root; 1e-8.
        eps: f64,
        /// Whether weight decay shrinks the parameter itself (AdamW) or joins the gradient (Adam).
        decoupled: bool,
    },
}

impl Rule {
    /// p -= lr g.
    pub const SGD: Rule = Rule::Sgd { momentum: 0.0, nesterov: false };
    /// PyTorch's defaults.
    pub const RMSPROP: Rule = Rule::RmsProp { alpha: 0.99, eps: 1e-8 };
    /// PyTorch's defaults.
    pub const ADAM: Rule = Rule::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8, decoupled: false };
    /// PyTorch's defaults, but for the decay (0.01 there, 0 here until it is said).
    pub const ADAMW: Rule = Rule::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8, decoupled: true };

    /// How many numbers it remembers for each parameter.
    fn memories(self) -> usize {
        match self {
            Rule::Sgd { momentum: 0.0, .. } => 0,
            Rule::Sgd { .. } | Rule::RmsProp { .. } => 1,
            Rule::Adam { .. } => 2,
        }
    }
}

/// How some parameters learn, beside the rule that all share: PyTorch's parameter group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Their rate, as a multiple of that of the step.
    pub lr: f64,
    /// L2: weight_decay * p joins the gradient, or shrinks p in AdamW.
    pub weight_decay: f64,
    /// L1: l1 * sign(p) joins the gradient; 0 at p = 0.
    pub l1: f64,
}

impl Default for Group {
    /// The rate of the step, and no decay.
    fn default() -> Self {
        Group { lr: 1.0, weight_decay: 0.0, l1: 0.0 }
    }
}

/// Parameters of one group that stand side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Their place among all parameters.
    pub(super) values: Range<usize>,
    /// The place of their gradients, and of what the rule remembers of them.
    pub(super) grads: Range<usize>,
    /// Their group.
    pub(super) group: usize,
}

/// A rule and what it remembers of the steps so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer<T> {
    /// The rule.
    pub rule: Rule,
    /// L2: weight_decay * p joins the gradient, or shrinks p in AdamW.
    pub weight_decay: f64,
    /// L1: l1 * sign(p) joins the gradient; 0 at p = 0.
    pub l1: f64,
    steps: u64,
    /// Momentum, or the mean gradient.
    first: Vec<T>,
    /// The mean square.
    second: Vec<T>,
}

impl<T: Real> Optimizer<T> {
    /// For `len` parameters, without decay. Remembers nothing yet.
    pub fn new(rule: Rule, len: usize) -> Self {
        let (first, second) = match (rule, rule.memories()) {
            (_, 0) => (0, 0),
            (Rule::RmsProp { .. }, _) => (0, len),
            (_, 1) => (len, 0),
            _ => (len, len),
        };
        let zeros = |len| vec![T::ZERO; len];
        Optimizer { rule, weight_decay: 0.0, l1: 0.0, steps: 0, first: zeros(first), second: zeros(second) }
    }

    /// The same, with L2 decay.
    #[must_use]
    pub fn with_weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// The same, with an L1 term.
    #[must_use]
    pub fn with_l1(mut self, l1: f64) -> Self {
        self.l1 = l1;
        self
    }

    /// How many steps were taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Momentum, or the mean gradient; empty where the rule has none.
    pub fn first_moment(&self) -> &[T] {
        &self.first
    }

    /// The mean square; empty where the rule has none.
    pub fn second_moment(&self) -> &[T] {
        &self.second
    }

    /// One step of `params` against `grads`, both of the length that the optimiser was made for.
    #[track_caller]
    pub fn step(&mut self, params: &mut [T], grads: &[T], lr: f64) {
        assert!(params.len() == grads.len(), "step: {} parameters, {} gradients", params.len(), grads.len());
        for memory in [&self.first, &self.second] {
            let fits = memory.is_empty() || memory.len() == params.len();
            assert!(fits, "step: {} parameters, the optimiser was made for {}", params.len(), memory.len());
        }
        self.steps += 1;
        let group = Group { lr: 1.0, weight_decay: self.weight_decay, l1: self.l1 };
        self.step_part(0..grads.len(), params, grads, lr, group);
    }

    /// One step of the parameters in `segments`, each by what its group says. `params` are all parameters; `grads` has those
    /// that the segments name, for which the optimiser was made.
    pub(super) fn step_groups(
        &mut self,
        params: &mut [T],
        grads: &[T],
        lr: f64,
        (segments, groups): (&[Segment], &[Group]),
    ) {
        self.steps += 1;
        for Segment { values, grads: at, group } in segments {
            self.step_part(at.clone(), &mut params[values.clone()], &grads[at.clone()], lr, groups[*group]);
        }
    }

    /// A step of some parameters, of which the memory has the part `at`.
    fn step_part(&mut self, at: Range<usize>, params: &mut [T], grads: &[T], lr: f64, group: Group) {
        let decoupled = matches!(self.rule, Rule::Adam { decoupled: true, .. });
        let l2 = T::from_f64(if decoupled { 0.0 } else { group.weight_decay });
        let l1 = T::from_f64(group.l1);
        let rates = [group.lr * lr, group.weight_decay];
        // Two loops of one body each: the plain gradient is by far the most frequent, and need not pay for the terms.
        if l2 == T::ZERO && l1 == T::ZERO {
            self.walk(at, params, grads, rates, |_, g| g);
        } else {
            self.walk(at, params, grads, rates, |p, g| g + l2 * p + l1 * sign(p));
        }
    }

    /// The loop of the rule; `gradient` adds what stands beside the loss.
    #[inline(always)]
    fn walk(
        &mut self,
        at: Range<usize>,
        params: &mut [T],
        grads: &[T],
        [lr, weight_decay]: [f64; 2],
        gradient: impl Fn(T, T) -> T,
    ) {
        let real = T::from_f64;
        let rate = real(lr);
        match self.rule {
            Rule::Sgd { momentum: 0.0, .. } => {
                for (p, &g) in params.iter_mut().zip(grads) {
                    *p -= rate * gradient(*p, g);
                }
            }
            Rule::Sgd { momentum, nesterov } => {
                // The first step takes the gradient as it is: momentum times a buffer of zeros adds nothing.
                let momentum = real(momentum);
                for ((p, &g), b) in params.iter_mut().zip(grads).zip(&mut self.first[at]) {
                    let g = gradient(*p, g);
                    *b = momentum * *b + g;
                    *p -= rate * if nesterov { g + momentum * *b } else { *b };
                }
            }
            Rule::RmsProp { alpha, eps } => {
                let (alpha, rest, eps) = (real(alpha), real(1.0 - alpha), real(eps));
                for ((p, &g), v) in params.iter_mut().zip(grads).zip(&mut self.second[at]) {
                    let g = gradient(*p, g);
                    *v = alpha * *v + rest * (g * g);
                    *p -= rate * (g / (v.sqrt() + eps));
                }
            }
            Rule::Adam { beta1, beta2, eps, decoupled } => {
                let correct = |beta: f64| 1.0 - libm::pow(beta, self.steps as f64);
                let step = real(lr / correct(beta1));
                let root = real(1.0 / libm::sqrt(correct(beta2)));
                let keep = real(if decoupled { 1.0 - lr * weight_decay } else { 1.0 });
                let (b1, rest1, b2, rest2) = (real(beta1), real(1.0 - beta1), real(beta2), real(1.0 - beta2));
                let eps = real(eps);
                let memory = self.first[at.clone()].iter_mut().zip(&mut self.second[at]);
                for ((p, &g), (m, v)) in params.iter_mut().zip(grads).zip(memory) {
                    let g = gradient(*p, g);
                    *m = b1 * *m + rest1 * g;
                    *v = b2 * *v + rest2 * (g * g);
                    *p = keep * *p - step * (*m / (v.sqrt() * root + eps));
                }
            }
        }
    }
}

/// -1, 0 or 1.
#[inline(always)]
fn sign<T: Real>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else {
        T::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::{Optimizer, Rule};

    #[test]
    fn l1_pulls_to_zero_and_leaves_zero_alone() {
        let mut optimizer = Optimizer::new(Rule::SGD, 3).with_l1(0.5);
        let mut p = [1.0, -1.0, 0.0];
        optimizer.step(&mut p, &[0.0; 3], 0.1);
        assert_eq!(p, [0.95, -0.95, 0.0]);
    }

    #[test]
    fn adam_under_a_constant_gradient_moves_by_the_rate() {
        // Both corrections make m' = g and v' = g^2 at every step, so with eps = 0 each step is exactly lr.
        let rule = Rule::Adam { beta1: 0.9, beta2: 0.999, eps: 0.0, decoupled: false };
        let mut optimizer = Optimizer::<f64>::new(rule, 1);
        let mut p = [0.0];
        for step in 1..=20 {
            optimizer.step(&mut p, &[0.3], 0.01);
            assert!((p[0] + 0.01 * f64::from(step)).abs() < 1e-14, "step {step}: {}", p[0]);
        }
    }
}
