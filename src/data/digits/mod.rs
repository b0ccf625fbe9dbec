//! Handwritten digits, 8 x 8 pixels: the test half of the UCI set "Optical Recognition of Handwritten Digits" (E. Alpaydin and
//! C. Kaynak, 1998), as scikit-learn ships it. Licence and source stand in `SOURCE.md`; `prepare.py` made the file.
//!
//! Why these and not MNIST: their licence is stated (CC BY 4.0), the whole set is 58 KB, and `sklearn.datasets.load_digits()`
//! gives every reader the same pictures, so a copied program prints the same numbers.

use super::pictures::Pictures;

/// The file, below `src/data/`.
pub const FILE: &str = "digits/digits.bin";
/// Its length.
pub const BYTES: usize = 58_413;
/// Its digest.
pub const DIGEST: u64 = 0x0d7f_2da8_8059_0d31;
/// Pictures to learn from: the first ones. The rest is for testing.
pub const TRAIN: usize = 1437;
/// Pictures to test with: the last ones, by other writers than most of the first.
pub const TEST: usize = 360;

/// The pictures in `bytes`. Panics where they are not those of [`FILE`]: who hands them over has compared the digest.
pub fn read(bytes: &[u8]) -> Pictures {
    Pictures::parse(bytes).expect("digits.bin, by its digest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_one_that_is_meant() {
        let bytes = include_bytes!("digits.bin");
        assert_eq!((bytes.len(), super::super::digest(bytes)), (BYTES, DIGEST));
        let digits = read(bytes);
        assert_eq!((digits.width, digits.height, digits.classes), (8, 8, 10));
        assert_eq!(digits.labels.len(), TRAIN + TEST);
        assert_eq!(digits.pixels.len(), 64 * digits.labels.len());
        // The first picture of load_digits() is a 0; its second row reads 0 0 13 15 10 15 5 0.
        assert_eq!(digits.labels[0], 0);
        assert_eq!(digits.pixels[8..16], [0, 0, 13, 15, 10, 15, 5, 0]);
        assert_eq!((0..10).map(|d| digits.labels.iter().filter(|l| **l == d).count()).max(), Some(183));
    }
}
