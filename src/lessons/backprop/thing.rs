//! The names of everything in the figure: one string names a thing as readout, as handle, in an edit and in the address.
//!
//! Layers, nodes and samples are counted from 1 in a name and from 0 in the code, except that layer 0 is the input in both.

use core::fmt;

/// Something with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// Input `i` of sample `s`: `x1_2`.
    Input(usize, usize),
    /// Sum of node `j` of layer `l`: `z1_2`.
    Sum(usize, usize),
    /// Activation of node `j` of layer `l`: `a1_2`.
    Value(usize, usize),
    /// Target `k` of sample `s`: `t1_2`.
    Target(usize, usize),
    /// The loss of the batch: `loss`.
    Loss,
    /// dL/dz of node `j` of layer `l`: `delta1_2`.
    Delta(usize, usize),
    /// Weight into layer `l`, from node `i` to node `j`: `w1_1_2`.
    Weight(usize, usize, usize),
    /// Bias of node `j` of layer `l`: `b1_2`.
    Bias(usize, usize),
    /// dL/dw: `grad_w1_1_2`.
    WeightGrad(usize, usize, usize),
    /// dL/db: `grad_b1_2`.
    BiasGrad(usize, usize),
    /// The weight after the update: `new_w1_1_2`.
    NewWeight(usize, usize, usize),
    /// The bias after the update: `new_b1_2`.
    NewBias(usize, usize),
}

use Thing::*;

impl fmt::Display for Thing {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match *self {
            Input(s, i) => write!(out, "x{}_{}", s + 1, i + 1),
            Target(s, k) => write!(out, "t{}_{}", s + 1, k + 1),
            Loss => write!(out, "loss"),
            Sum(l, j) => write!(out, "z{l}_{}", j + 1),
            Value(l, j) => write!(out, "a{l}_{}", j + 1),
            Delta(l, j) => write!(out, "delta{l}_{}", j + 1),
            Bias(l, j) => write!(out, "b{l}_{}", j + 1),
            BiasGrad(l, j) => write!(out, "grad_b{l}_{}", j + 1),
            NewBias(l, j) => write!(out, "new_b{l}_{}", j + 1),
            Weight(l, i, j) => write!(out, "w{l}_{}_{}", i + 1, j + 1),
            WeightGrad(l, i, j) => write!(out, "grad_w{l}_{}_{}", i + 1, j + 1),
            NewWeight(l, i, j) => write!(out, "new_w{l}_{}_{}", i + 1, j + 1),
        }
    }
}

impl Thing {
    /// Reads a name; nothing where there is no such thing in a network of these sizes with so many samples.
    pub fn parse(name: &str, sizes: &[usize], samples: usize) -> Option<Thing> {
        if name == "loss" {
            return Some(Loss);
        }
        let digits = name.find(|c: char| c.is_ascii_digit())?;
        let (kind, numbers) = (name.get(..digits)?, name.get(digits..)?);
        let numbers: Vec<usize> = numbers.split('_').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let last = sizes.len() - 1;
        let thing = match (kind, &numbers[..]) {
            ("x", &[s, i]) => Input(s.checked_sub(1)?, i.checked_sub(1)?),
            ("t", &[s, k]) => Target(s.checked_sub(1)?, k.checked_sub(1)?),
            ("z", &[l, j]) => Sum(l, j.checked_sub(1)?),
            ("a", &[l, j]) => Value(l, j.checked_sub(1)?),
            ("delta", &[l, j]) => Delta(l, j.checked_sub(1)?),
            ("b", &[l, j]) => Bias(l, j.checked_sub(1)?),
            ("grad_b", &[l, j]) => BiasGrad(l, j.checked_sub(1)?),
            ("new_b", &[l, j]) => NewBias(l, j.checked_sub(1)?),
            ("w", &[l, i, j]) => Weight(l, i.checked_sub(1)?, j.checked_sub(1)?),
            ("grad_w", &[l, i, j]) => WeightGrad(l, i.checked_sub(1)?, j.checked_sub(1)?),
            ("new_w", &[l, i, j]) => NewWeight(l, i.checked_sub(1)?, j.checked_sub(1)?),
            _ => return None,
        };
        let layer = |l: usize| (1..=last).contains(&l);
        let exists = match thing {
            Input(s, i) => s < samples && i < sizes[0],
            Target(s, k) => s < samples && k < sizes[last],
            Loss => true,
            Sum(l, j) | Value(l, j) | Delta(l, j) | Bias(l, j) | BiasGrad(l, j) | NewBias(l, j) => {
                layer(l) && j < sizes[l]
            }
            Weight(l, i, j) | WeightGrad(l, i, j) | NewWeight(l, i, j) => layer(l) && i < sizes[l - 1] && j < sizes[l],
        };
        exists.then_some(thing)
    }

    /// The node of each layer that a formula speaks of while this thing is pointed at: `nodes[l]` changes where it says so.
    pub fn focus(self, nodes: &mut [usize]) {
        match self {
            Input(_, i) => nodes[0] = i,
            Target(_, k) => nodes[nodes.len() - 1] = k,
            Loss => {}
            Sum(l, j) | Value(l, j) | Delta(l, j) | Bias(l, j) | BiasGrad(l, j) | NewBias(l, j) => nodes[l] = j,
            Weight(l, i, j) | WeightGrad(l, i, j) | NewWeight(l, i, j) => {
                nodes[l - 1] = i;
                nodes[l] = j;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written_and_nothing_else_is_read() {
        let sizes = [2, 3, 2];
        for thing in [Input(0, 1), Target(3, 0), Loss, Sum(1, 2), Value(2, 1), Delta(1, 0), Bias(2, 0), BiasGrad(1, 1)]
        {
            assert_eq!(Thing::parse(&thing.to_string(), &sizes, 4), Some(thing));
        }
        for thing in [NewBias(1, 2), Weight(1, 1, 2), WeightGrad(2, 2, 1), NewWeight(2, 0, 0)] {
            assert_eq!(Thing::parse(&thing.to_string(), &sizes, 4), Some(thing));
        }
        for name in
            ["", "w", "w0_1_1", "w1_3_1", "w1_1_4", "w3_1_1", "w1_1", "x5_1", "x0_1", "a0_1", "delta1_0", "q1_1"]
        {
            assert_eq!(Thing::parse(name, &sizes, 4), None, "{name}");
        }
    }
}
