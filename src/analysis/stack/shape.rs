//! The shapes of a stack's maps, and the mistakes that only shapes show.

use super::{Layer, Map, Mistake, Op, Slide};

/// Elements that a stack's maps may have together: beyond, sums of sizes would leave 64 bits.
const MOST: u64 = 1 << 40;

/// Works out the input and output of every layer; returns the map that they make of `map`.
pub fn infer(mut map: Map, layers: &mut [Layer]) -> Result<Map, Mistake> {
    for layer in layers {
        layer.input = map;
        layer.output = output(layer)?;
        if layer.output.len() > MOST {
            return Err(layer.mistake(layer.output.to_string(), format!("HxWxC ≤ {MOST}")));
        }
        map = layer.output;
    }
    Ok(map)
}

fn output(layer: &mut Layer) -> Result<Map, Mistake> {
    let map = layer.input;
    match &layer.op {
        Op::Relu | Op::Norm => Ok(map),
        Op::Fc { width, .. } => Ok(Map { size: [1, 1], channels: *width }),
        Op::Pool { slide, .. } => Ok(Map { size: slid(layer, slide)?, ..map }),
        Op::Conv { slide, channels, groups, .. } => {
            if !map.channels.is_multiple_of(*groups) || !channels.is_multiple_of(*groups) {
                let expected = format!("g | {}, g | {channels}", map.channels);
                return Err(layer.mistake(layer.to_string(), expected));
            }
            Ok(Map { size: slid(layer, slide)?, channels: *channels })
        }
        Op::Residual { .. } => sum(layer),
    }
}

/// Rows and columns after a window has slid over the layer's map.
fn slid(layer: &Layer, slide: &Slide) -> Result<[usize; 2], Mistake> {
    let mut size = [0; 2];
    for (size, side) in size.iter_mut().zip(layer.input.size) {
        let room = side + 2 * slide.padding;
        if slide.extent() > room {
            let covers = if slide.dilation == 1 { "K" } else { "d(K−1)+1" };
            return Err(layer.mistake(layer.to_string(), format!("{covers} ≤ {room}")));
        }
        *size = (room - slide.extent()) / slide.stride + 1;
    }
    Ok(size)
}

/// The common map of the branches of a sum.
fn sum(layer: &mut Layer) -> Result<Map, Mistake> {
    let (map, column) = (layer.input, layer.column);
    let Op::Residual { main, projection } = &mut layer.op else { unreachable!("a sum") };
    let mistake = |given: String, expected: String| Mistake { column, given, expected };
    let (made, stride) = (infer(map, main)?, stride(main));
    let (other, other_stride) = match projection {
        Some(projection) => (infer(map, projection)?, self::stride(projection)),
        None => (map, Some(1)),
    };
    if made != other {
        return Err(mistake(made.to_string(), other.to_string()));
    }
    if stride != other_stride {
        let written = |stride: Option<u64>| format!("s = {}", stride.unwrap_or(MOST));
        return Err(mistake(written(stride), written(other_stride)));
    }
    Ok(made)
}

/// The product of the strides of a chain; nothing where it is beyond all use.
fn stride(layers: &[Layer]) -> Option<u64> {
    layers.iter().try_fold(1u64, |product, layer| {
        let factor = match &layer.op {
            Op::Conv { slide, .. } | Op::Pool { slide, .. } => slide.stride as u64,
            Op::Residual { main, .. } => stride(main)?,
            Op::Relu | Op::Norm | Op::Fc { .. } => 1,
        };
        product.checked_mul(factor)
    })
}

impl Layer {
    fn mistake(&self, given: String, expected: String) -> Mistake {
        Mistake { column: self.column, given, expected }
    }
}
