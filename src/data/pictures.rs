//! Labelled grey pictures of one size, 4 bits a pixel, in one small file.
//!
//! Not an image format for photographs: no compression beyond the packing. Layout, in bytes:
//!
//! ```text
//! 0..4   "TSP1"
//! 4      width        5  height       6  classes (at most 16)       7  zero
//! 8..10  count, low byte first
//! then   a label in each half byte, padded to a byte
//! then   a pixel in each half byte, picture by picture, row by row, padded to a byte; the low half comes first
//! ```

use core::fmt;

/// Largest value of a pixel.
pub const WHITE: u8 = 15;

/// Labelled pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pictures {
    /// Pixels of a row.
    pub width: usize,
    /// Rows of a picture.
    pub height: usize,
    /// How many classes there are.
    pub classes: usize,
    /// Class of each picture, 0..classes.
    pub labels: Vec<u8>,
    /// `count x height x width`, 0..=[`WHITE`].
    pub pixels: Vec<u8>,
}

/// Why bytes are no pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damaged {
    /// They do not begin with the name of the format, or its fields make no sense.
    Header,
    /// There are fewer or more of them than the header says.
    Length {
        /// How many there are.
        given: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A label is not smaller than the number of classes.
    Label(u8),
}

impl fmt::Display for Damaged {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Damaged::Header => write!(out, "not a file of pictures: it must begin with TSP1 and a sensible size"),
            Damaged::Length { given, expected } => {
                write!(out, "a file of pictures of {given} bytes, expected {expected}")
            }
            Damaged::Label(label) => write!(out, "label {label} is not among the classes"),
        }
    }
}

impl core::error::Error for Damaged {}

impl Pictures {
    /// Reads the whole file.
    pub fn parse(bytes: &[u8]) -> Result<Pictures, Damaged> {
        let Some((header, rest)) = bytes.split_at_checked(10) else { return Err(Damaged::Header) };
        let [b'T', b'S', b'P', b'1', width, height, classes @ 1..=16, 0, low, high] = *header else {
            return Err(Damaged::Header);
        };
        let (width, height, classes) = (usize::from(width), usize::from(height), usize::from(classes));
        if width == 0 || height == 0 {
            return Err(Damaged::Header);
        }
        let count = usize::from(u16::from_le_bytes([low, high]));
        let packed = [count, count * width * height].map(|halves| halves.div_ceil(2));
        let expected = packed[0] + packed[1];
        if rest.len() != expected {
            return Err(Damaged::Length { given: bytes.len(), expected: expected + header.len() });
        }
        let (labels, pixels) = rest.split_at(packed[0]);
        let labels = halves(labels, count);
        if let Some(label) = labels.iter().find(|label| usize::from(**label) >= classes) {
            return Err(Damaged::Label(*label));
        }
        Ok(Pictures { width, height, classes, labels, pixels: halves(pixels, count * width * height) })
    }

    /// The pixels of pictures `range`, 0 to 1: `len x (height * width)`.
    pub fn values(&self, range: core::ops::Range<usize>) -> Vec<f32> {
        let size = self.width * self.height;
        let pixels = &self.pixels[range.start * size..range.end * size];
        pixels.iter().map(|pixel| f32::from(*pixel) / f32::from(WHITE)).collect()
    }
}

/// The first `count` half bytes.
fn halves(bytes: &[u8], count: usize) -> Vec<u8> {
    bytes.iter().flat_map(|byte| [byte & 15, byte >> 4]).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three pictures of 3 x 1 pixels.
    const FILE: [u8; 17] = *b"TSP1\x03\x01\x02\x00\x03\x00\x01\x01\x10\x32\x54\x76\x08";

    #[test]
    fn what_was_packed_is_unpacked() {
        let pictures = Pictures::parse(&FILE).unwrap();
        assert_eq!((pictures.width, pictures.height, pictures.classes), (3, 1, 2));
        assert_eq!(pictures.labels, [1, 0, 1]);
        assert_eq!(pictures.pixels, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(pictures.values(1..2), [0.2, 4.0 / 15.0, 1.0 / 3.0]);
    }

    #[test]
    fn damage_is_named_and_never_panics() {
        assert_eq!(Pictures::parse(&[]), Err(Damaged::Header));
        for length in 0..FILE.len() {
            assert!(Pictures::parse(&FILE[..length]).is_err());
        }
        assert_eq!(
            Pictures::parse(&[FILE.as_slice(), &[0]].concat()),
            Err(Damaged::Length { given: 18, expected: 17 })
        );
        let mut file = FILE;
        file[10] = 0x12;
        assert_eq!(Pictures::parse(&file), Err(Damaged::Label(2)));
        for place in [0, 4, 5, 6, 7] {
            let mut file = FILE;
            file[place] = if place < 4 { b'x' } else { 0 };
            assert_eq!(Pictures::parse(&file).is_err(), place != 7, "{place}");
        }
    }
}
