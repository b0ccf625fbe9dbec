//! A photograph: Chelsea the cat, by Stéfan van der Walt (CC0). Licence and source stand in `SOURCE.md`; `prepare.py` made
//! the file.
//!
//! Stored as JPEG stores a picture before it compresses it: brightness of every pixel, colour of every second one in both
//! directions. Half of what RGB takes, and the eye does not see the difference.

/// The file, below `src/data/`.
pub const FILE: &str = "photo/photo.bin";
/// Its length.
pub const BYTES: usize = 6 + SIDE * SIDE * 3 / 2;
/// Its digest.
pub const DIGEST: u64 = 0x4c3e_bb23_11dc_0e1b;
/// Rows, and pixels in a row.
pub const SIDE: usize = 224;

/// A picture in colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Pixels in a row.
    pub width: usize,
    /// `height x width x 3` bytes, red, green and blue.
    pub rgb: Vec<u8>,
}

/// The photograph in `bytes`; nothing where they are not those of [`FILE`].
pub fn read(bytes: &[u8]) -> Option<Photo> {
    let planes = bytes.strip_prefix(b"TSY1")?.strip_prefix(&(SIDE as u16).to_le_bytes())?;
    let half = SIDE / 2;
    let (luma, chroma) = planes.split_at_checked(SIDE * SIDE)?;
    let (blue, red) = chroma.split_at_checked(half * half).filter(|(_, red)| red.len() == half * half)?;
    let colour = |at: usize| {
        let small = at / SIDE / 2 * half + at % SIDE / 2;
        let [y, cb, cr] = [luma[at], blue[small], red[small]].map(f64::from);
        let (cb, cr) = (cb - 128.0, cr - 128.0);
        // ITU-R BT.601, as in JFIF; a cast from f64 to u8 keeps the range.
        [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb].map(|channel| (channel + 0.5) as u8)
    };
    Some(Photo { width: SIDE, rgb: (0..SIDE * SIDE).flat_map(colour).collect() })
}

impl Photo {
    /// Resampled to `height x width` pixels, each the mean of what it covers: RGB, 8 bits each.
    pub fn resized(&self, height: usize, width: usize) -> Vec<u8> {
        let rows = self.rgb.len() / 3 / self.width;
        let (across, down) = (weights(self.width, width), weights(rows, height));
        let mut out = Vec::with_capacity(height * width * 3);
        for ys in &down {
            for xs in &across {
                let mut sums = [0.0; 3];
                for (y, wy) in ys {
                    for (x, wx) in xs {
                        let pixel = &self.rgb[(y * self.width + x) * 3..][..3];
                        for (sum, channel) in sums.iter_mut().zip(pixel) {
                            *sum += wy * wx * f64::from(*channel);
                        }
                    }
                }
                out.extend(sums.map(|sum| (sum + 0.5) as u8));
            }
        }
        out
    }
}

/// For each of `to` cells the elements of `from` that it covers, and the part of it that each fills.
fn weights(from: usize, to: usize) -> Vec<Vec<(usize, f64)>> {
    let length = from as f64 / to as f64;
    let cell = |nth: usize| {
        let (low, high) = (nth as f64 * length, (nth + 1) as f64 * length);
        let last = (libm::ceil(high) as usize).clamp(1, from);
        let share = move |at: usize| ((at + 1) as f64).min(high) - (at as f64).max(low);
        let part = move |at: usize| (at, share(at) / length);
        (low as usize..last).map(part).filter(|(_, part)| *part > 0.0).collect()
    };
    (0..to).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_one_that_is_meant() {
        let bytes = include_bytes!("photo.bin");
        assert_eq!((bytes.len(), super::super::digest(bytes)), (BYTES, DIGEST));
        let photo = read(bytes).expect("photo.bin");
        assert_eq!(photo.rgb.len(), SIDE * SIDE * 3);
        assert_eq!(photo.resized(SIDE, SIDE), photo.rgb);
        assert_eq!(read(&bytes[1..]), None);
        assert_eq!(read(&bytes[..BYTES - 1]), None);
    }

    #[test]
    fn resampling_keeps_what_is_even_and_averages_what_is_not() {
        let photo = Photo { width: 2, rgb: vec![0, 10, 100, 200, 10, 100, 0, 10, 100, 200, 10, 100] };
        assert_eq!(photo.resized(1, 1), [100, 10, 100]);
        assert_eq!(photo.resized(1, 4), [0, 10, 100, 0, 10, 100, 200, 10, 100, 200, 10, 100]);
        assert_eq!(photo.resized(4, 1).len(), 12);
    }
}
