//! The one source of randomness: a seeded generator that is passed as an argument.
//!
//! Not a source of entropy: the only call to the system's generator is the page's "new seed" button (`web`).
//! PCG-XSH-RR 64/32 (O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms", 2014) from
//! the `rand_pcg` crate gives the bits; the distributions are written here, because their exact bits are part of a run.

use rand_core::Rng as _;
use rand_pcg::Pcg32;

/// A seeded generator. Cloning it clones its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(Pcg32);

impl Rng {
    /// The generator of `seed`, on a stream of its own: different `stream`s of one seed are independent.
    pub fn new(seed: u64, stream: u64) -> Self {
        Rng(Pcg32::new(seed, stream))
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Uniform in [0, 1), with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        let high = u64::from(self.bits()) >> 5;
        let low = u64::from(self.bits()) >> 6;
        (high * (1 << 26) + low) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in [`low`, `high`).
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number in 0..`n`, every one equally likely (Lemire's rejection, 2019). Panics where `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "Rng::below: n is 0, so there is no number to choose");
        let reject = n.wrapping_neg() % n;
        loop {
            let product = u64::from(self.bits()) * u64::from(n);
            if product as u32 >= reject {
                return (product >> 32) as u32;
            }
        }
    }

    /// Normal with mean 0 and standard deviation 1 (Box and Muller, 1958; one of the pair is used).
    pub fn normal(&mut self) -> f64 {
        let radius = f64::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(core::f64::consts::TAU * self.uniform())
    }

    /// Puts `items` in a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn a_seed_gives_its_own_numbers_and_always_the_same() {
        let draw = |seed, stream| {
            let mut rng = Rng::new(seed, stream);
            (0..8).map(|_| rng.bits()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, 0), draw(7, 0));
        assert_ne!(draw(7, 0), draw(8, 0));
        assert_ne!(draw(7, 0), draw(7, 1));
    }

    #[test]
    fn moments_are_those_of_the_distribution() {
        // 20,000 draws: the standard error of a mean is 1/sqrt(20,000) = 0.007; five of them are allowed.
        let mut rng = Rng::new(1, 0);
        let n = 20_000;
        let (mut sum, mut squares, mut uniform) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = rng.normal();
            sum += x;
            squares += x * x;
            uniform += rng.uniform();
        }
        let n = f64::from(n);
        assert!((sum / n).abs() < 0.035, "mean {}", sum / n);
        assert!((squares / n - 1.0).abs() < 0.05, "variance {}", squares / n);
        assert!((uniform / n - 0.5).abs() < 0.011, "mean of uniform {}", uniform / n);
    }

    #[test]
    fn shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        Rng::new(3, 0).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
