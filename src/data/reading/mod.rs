//! Weights of a small network that has learned to read digits (`digits`), in whole numbers of 8 bits. Licence and source stand
//! in `SOURCE.md`; `src/bin/train/reading.rs` makes the file, with this engine.
//!
//! Its one output sees exactly the picture: a digit whose pixels are 4 x 4 large. Layout, in bytes: `TSW1`, then for each layer
//! with weights their scale (f32, low byte first), the weights (signed, `outputs x inputs x 3 x 3`), the biases (f32).

/// The file, below `src/data/`.
pub const FILE: &str = "reading/reading.bin";
/// Its length.
pub const BYTES: usize = 8172;
/// Its digest.
pub const DIGEST: u64 = 0x9bb5_4eac_6cb7_ed21;
/// The network.
pub const STACK: &str =
    "input32x32x1 conv3x8 relu conv3x8 relu maxpool2 conv3x16 relu conv3x16 relu maxpool2 conv3x16 relu conv3x10";
/// Outputs, and inputs of each, of its layers with weights.
pub const LAYERS: [(usize, usize); 6] = [(8, 9), (8, 72), (16, 72), (16, 144), (16, 144), (10, 144)];

/// All weights and then all biases of the first layer, those of the next, and so on. Panics where the bytes are not those of
/// [`FILE`]: who hands them over has compared the digest.
pub fn read(bytes: &[u8]) -> Vec<f32> {
    let mut rest = bytes.strip_prefix(b"TSW1").expect("reading.bin, by its digest");
    let mut take = |count: usize| {
        let (taken, after) = rest.split_at(count);
        rest = after;
        taken
    };
    let float = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let mut all = Vec::new();
    for (outputs, inputs) in LAYERS {
        let scale = float(take(4));
        all.extend(take(outputs * inputs).iter().map(|byte| f32::from(*byte as i8) * scale));
        all.extend(take(4 * outputs).chunks_exact(4).map(float));
    }
    all
}

/// The bytes of weights in that order: the largest of each layer becomes 127.
pub fn write(all: &[f32]) -> Vec<u8> {
    let mut out = b"TSW1".to_vec();
    let mut rest = all;
    for (outputs, inputs) in LAYERS {
        let (weights, after) = rest.split_at(outputs * inputs);
        let (biases, after) = after.split_at(outputs);
        let scale = weights.iter().fold(0.0f32, |largest, weight| largest.max(weight.abs())) / 127.0;
        out.extend(scale.to_le_bytes());
        out.extend(weights.iter().map(|weight| libm::roundf(weight / scale) as i8 as u8));
        biases.iter().for_each(|bias| out.extend(bias.to_le_bytes()));
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_one_that_is_meant() {
        let bytes = include_bytes!("reading.bin");
        assert_eq!((bytes.len(), super::super::digest(bytes)), (BYTES, DIGEST));
        let weights = read(bytes);
        assert_eq!(weights.len(), LAYERS.iter().map(|(outputs, inputs)| outputs * (inputs + 1)).sum::<usize>());
        // What is written is what was read.
        assert_eq!(write(&weights), bytes);
    }
}
