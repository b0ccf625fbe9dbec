//! What a lesson claims, what became of it, and the sum of that for the one line under a figure.

use crate::scene::Key;

/// Something that the lesson says, computed a second way.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// What is claimed, by id (`hand.w1_1_2`).
    pub id: String,
    /// The number shown.
    pub computed: f64,
    /// The same number, found another way.
    pub reference: f64,
    /// Their distance, in the measure that the lesson states. NaN, as the numbers, where the second way was not taken.
    pub error: f64,
    /// What the error must not exceed, or why nothing is decided.
    pub bound: Bound,
}

/// What the error of a claim is measured against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// The claim holds where the error does not exceed this.
    AtMost(f64),
    /// The second way says nothing about the number, or was not taken: the claim neither holds nor fails. A key of the prose
    /// says why.
    Undecided(Key),
}

impl Claim {
    /// Whether the claim was decided and holds; NaN never does.
    pub fn holds(&self) -> bool {
        matches!(self.bound, Bound::AtMost(bound) if self.error <= bound)
    }

    /// Whether the claim was decided and does not hold.
    pub fn fails(&self) -> bool {
        matches!(self.bound, Bound::AtMost(_)) && !self.holds()
    }

    /// Why the claim was not decided; nothing where it was.
    pub fn undecided(&self) -> Option<Key> {
        match self.bound {
            Bound::Undecided(why) => Some(why),
            Bound::AtMost(_) => None,
        }
    }
}

/// What became of all claims of a figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// How many there are.
    pub claims: usize,
    /// How many were decided and hold.
    pub held: usize,
    /// How many were not decided, by reason.
    pub undecided: Vec<(Key, usize)>,
    /// The largest error of those that do not hold, or, where there is none, of those that hold; infinite for NaN. 0 where no
    /// claim was decided.
    pub worst: f64,
    /// The bound of that claim.
    pub bound: f64,
}

impl Tally {
    /// Of these claims.
    pub fn of(claims: &[Claim]) -> Tally {
        let mut tally = Tally { claims: claims.len(), ..Tally::default() };
        // A claim that fails is worse than any that holds.
        let mut worst = (false, f64::NEG_INFINITY);
        for claim in claims {
            match claim.bound {
                Bound::Undecided(why) => match tally.undecided.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, count)) => *count += 1,
                    None => tally.undecided.push((why, 1)),
                },
                Bound::AtMost(bound) => {
                    tally.held += usize::from(claim.holds());
                    let error = if claim.error.is_nan() { f64::INFINITY } else { claim.error };
                    let badness = (claim.fails(), error);
                    if badness > worst {
                        (worst, tally.worst, tally.bound) = (badness, error, bound);
                    }
                }
            }
        }
        tally
    }

    /// How many were not decided.
    pub fn open(&self) -> usize {
        self.undecided.iter().map(|(_, count)| count).sum()
    }

    /// How many were decided and do not hold.
    pub fn failed(&self) -> usize {
        self.claims - self.held - self.open()
    }
}
