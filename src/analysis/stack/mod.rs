//! A stack of layers as text, one layer a token: `input32x32x1 conv5x6 relu maxpool2s2 res(conv3x6p1) fc10`.
//!
//! Not a network: no weights, only sizes. [`Stack::parse`] reads the text ([`parse`]), works out every shape ([`shape`])
//! and says of a mistake where it stands and what would have been right. Writing a stack gives its text again.
//!
//! | token | meaning |
//! |---|---|
//! | `inputHxWxC` | rows x columns x channels; first, once |
//! | `convKxC` with `s p d g` | square kernel K, C output channels; stride, padding, dilation, groups; 1, 0, 1, 1 where not said |
//! | `maxpoolK`, `avgpoolK` with `s p` | stride K where not said; padding at most K / 2 |
//! | `relu`, `bn`, `fcN` | `fc` flattens and sees the whole map; after it only `relu`, `bn`, `fc` |
//! | `res(MAIN)`, `res(MAIN\|PROJECTION)` | the sum of a branch and the identity, or of two branches; no `fc` inside |
//!
//! Sizes are rounded down, padding is symmetric. A conv or fc has a bias unless the very next token is `bn`.

mod channels;
mod parse;
mod shape;

use core::fmt;

/// Most elements along a side of the input, and the largest kernel, stride, padding and dilation.
pub const LARGEST: u32 = 4096;
/// Most channels, and most outputs of an `fc`.
pub const WIDEST: u32 = 100_000;
/// How deep branches may nest.
pub const DEEPEST: usize = 16;

/// The shape of a feature map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Map {
    /// Rows and columns.
    pub size: [usize; 2],
    /// Channels.
    pub channels: usize,
}

impl Map {
    /// Number of elements. In 64 bits: a text can name more than a 32-bit machine can count.
    pub fn len(&self) -> u64 {
        self.size[0] as u64 * self.size[1] as u64 * self.channels as u64
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for Map {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}x{}x{}", self.size[0], self.size[1], self.channels)
    }
}

/// How a pooling makes one number of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pool {
    /// The largest.
    Max,
    /// The mean; padding counts as zeros.
    Average,
}

/// A square window that slides over a map: in both directions the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slide {
    /// Taps along a side.
    pub kernel: usize,
    /// How far it moves.
    pub stride: usize,
    /// Zeros imagined beyond each edge.
    pub padding: usize,
    /// How far apart its taps are.
    pub dilation: usize,
}

impl Slide {
    /// Elements that it covers along a side, holes included.
    pub fn extent(&self) -> usize {
        self.dilation * (self.kernel - 1) + 1
    }
}

/// What a layer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Convolution.
    Conv {
        /// Its window.
        slide: Slide,
        /// Output channels.
        channels: usize,
        /// Independent slices of the channels.
        groups: usize,
        /// Whether a bias is added.
        bias: bool,
    },
    /// Pooling.
    Pool {
        /// How.
        pool: Pool,
        /// Its window.
        slide: Slide,
    },
    /// max(x, 0).
    Relu,
    /// Batch normalisation.
    Norm,
    /// Fully connected: every output sees the whole map.
    Fc {
        /// Number of outputs.
        width: usize,
        /// Whether a bias is added.
        bias: bool,
    },
    /// The sum of two branches.
    Residual {
        /// The branch that is always there.
        main: Vec<Layer>,
        /// The other branch; absent where it is the identity.
        projection: Option<Vec<Layer>>,
    },
}

/// One layer in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it does.
    pub op: Op,
    /// 1-based column of its token in the text.
    pub column: usize,
    /// The map that it takes.
    pub input: Map,
    /// The map that it makes.
    pub output: Map,
}

/// A stack whose shapes fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The picture.
    pub input: Map,
    /// The layers in order.
    pub layers: Vec<Layer>,
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// 1-based column of the faulty token, in characters.
    pub column: usize,
    /// What stands there, or the shape that came about.
    pub given: String,
    /// What would have been right, in a form that needs no translation.
    pub expected: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "column {}: \"{}\" does not fit; expected: {}", self.column, self.given, self.expected)
    }
}

impl core::error::Error for Mistake {}

impl Stack {
    /// Reads a text.
    pub fn parse(text: &str) -> Result<Stack, Mistake> {
        let (input, layers) = parse::parse(text)?;
        Stack { input, layers }.shaped()
    }

    /// The same layers over another picture.
    pub fn with_input(&self, input: Map) -> Result<Stack, Mistake> {
        Stack { input, layers: self.layers.clone() }.shaped()
    }

    /// The same windows over other channels: `input` of them in the picture, and `width(c)` where there were c. Maps that meet
    /// in a sum go on having the same number, so what a sum adds to the picture has as many as the picture. A depthwise
    /// convolution stays one; other groups stay where they still divide the channels.
    pub fn with_channels(&self, input: usize, width: &dyn Fn(usize) -> usize) -> Result<Stack, Mistake> {
        let mut layers = self.layers.clone();
        channels::recast(&mut layers, [self.input.channels, input], width);
        Stack { input: Map { channels: input, ..self.input }, layers }.shaped()
    }

    fn shaped(mut self) -> Result<Stack, Mistake> {
        shape::infer(self.input, &mut self.layers)?;
        Ok(self)
    }

    /// The map that it makes.
    pub fn output(&self) -> Map {
        self.layers.last().map_or(self.input, |layer| layer.output)
    }

    /// Every layer in reading order; the layers of a branch come before the sum that they belong to.
    pub fn flat(&self) -> Vec<&Layer> {
        fn collect<'a>(layers: &'a [Layer], all: &mut Vec<&'a Layer>) {
            for layer in layers {
                if let Op::Residual { main, projection } = &layer.op {
                    collect(main, all);
                    collect(projection.as_deref().unwrap_or_default(), all);
                }
                all.push(layer);
            }
        }
        let mut all = Vec::new();
        collect(&self.layers, &mut all);
        all
    }

    /// Number of parameters: weights, biases, and the two of each channel of a `bn`.
    pub fn parameters(&self) -> u64 {
        self.flat().into_iter().map(Layer::parameters).fold(0, u64::saturating_add)
    }
}

impl Layer {
    /// Number of its own parameters; those of a sum's branches are theirs.
    pub fn parameters(&self) -> u64 {
        match &self.op {
            Op::Conv { slide, channels, groups, bias } => {
                let taps = (self.input.channels / groups) as u64 * (slide.kernel as u64 * slide.kernel as u64);
                *channels as u64 * (taps + u64::from(*bias))
            }
            Op::Fc { width, bias } => *width as u64 * (self.input.len() + u64::from(*bias)),
            Op::Norm => 2 * self.input.channels as u64,
            Op::Pool { .. } | Op::Relu | Op::Residual { .. } => 0,
        }
    }

    /// The window that it slides over its map: none for what acts on every element alone, the whole map for `fc`.
    pub fn window(&self, axis: usize) -> Option<Slide> {
        match self.op {
            Op::Conv { slide, .. } | Op::Pool { slide, .. } => Some(slide),
            Op::Fc { .. } => Some(Slide { kernel: self.input.size[axis], stride: 1, padding: 0, dilation: 1 }),
            Op::Relu | Op::Norm | Op::Residual { .. } => None,
        }
    }
}

impl fmt::Display for Stack {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "input{}", self.input)?;
        self.layers.iter().try_for_each(|layer| write!(out, " {layer}"))
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let option = |out: &mut fmt::Formatter, letter: char, value: usize, usual: usize| {
            if value == usual { Ok(()) } else { write!(out, "{letter}{value}") }
        };
        match &self.op {
            Op::Conv { slide, channels, groups, .. } => {
                write!(out, "conv{}x{channels}", slide.kernel)?;
                option(out, 's', slide.stride, 1)?;
                option(out, 'p', slide.padding, 0)?;
                option(out, 'd', slide.dilation, 1)?;
                option(out, 'g', *groups, 1)
            }
            Op::Pool { pool, slide } => {
                let name = if *pool == Pool::Max { "maxpool" } else { "avgpool" };
                write!(out, "{name}{}", slide.kernel)?;
                option(out, 's', slide.stride, slide.kernel)?;
                option(out, 'p', slide.padding, 0)
            }
            Op::Relu => write!(out, "relu"),
            Op::Norm => write!(out, "bn"),
            Op::Fc { width, .. } => write!(out, "fc{width}"),
            Op::Residual { main, projection } => {
                let branch = |layers: &[Layer]| layers.iter().map(Layer::to_string).collect::<Vec<_>>().join(" ");
                write!(out, "res({}", branch(main))?;
                if let Some(projection) = projection {
                    write!(out, "|{}", branch(projection))?;
                }
                write!(out, ")")
            }
        }
    }
}

#[cfg(test)]
mod tests;
