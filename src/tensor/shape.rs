//! Shapes: what an operation may be given, and what it will return.
//!
//! Not strides: every tensor here is contiguous, row-major, last dimension fastest, so the dims say everything.
//! A [`Shape`] has at most four dims (a picture batch is NCHW) and is `Copy`: no shape ever allocates.
//! Each function that computes a result's shape returns a [`ShapeError`] naming the operation, the shapes that it was
//! given and what was wrong; callers for whom a mismatch is a bug turn it into a panic with [`ShapeError::raise`].

use core::fmt;

/// The most dims that a shape may have: n, c, h, w.
pub const MAX_DIMS: usize = 4;

/// Sizes along each dim, outermost first; rank 0 is a scalar.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    sizes: [u32; MAX_DIMS],
    rank: u8,
}

impl Shape {
    /// The shape of one number: no dims, one element.
    pub const SCALAR: Shape = Shape { sizes: [1; MAX_DIMS], rank: 0 };

    /// The shape of these `dims`. Panics on more than [`MAX_DIMS`] of them, or on a size past `u32`.
    #[track_caller]
    pub fn new(dims: &[usize]) -> Self {
        assert!(dims.len() <= MAX_DIMS, "shape: {dims:?} has {} dims, at most {MAX_DIMS} are possible", dims.len());
        let mut sizes = [1; MAX_DIMS];
        for (size, &dim) in sizes.iter_mut().zip(dims) {
            *size = u32::try_from(dim).unwrap_or_else(|_| panic!("shape: a dim of {dims:?} is past 2^32"));
        }
        Shape { sizes, rank: dims.len() as u8 }
    }

    /// How many dims.
    pub fn rank(&self) -> usize {
        usize::from(self.rank)
    }

    /// How many elements: the product of the dims; 1 for a scalar.
    pub fn len(&self) -> usize {
        self.sizes.iter().map(|&size| size as usize).product()
    }

    /// Whether there is no element at all (some dim is 0).
    pub fn is_empty(&self) -> bool {
        self.sizes.contains(&0)
    }

    /// Size of dim `axis`, counted from the front. Panics past the rank.
    #[track_caller]
    pub fn dim(&self, axis: usize) -> usize {
        assert!(axis < self.rank(), "shape: {self} has no axis {axis}");
        self.sizes[axis] as usize
    }

    /// Size of the dim that is `back` places from the last one (0 = the last), 1 where there is none.
    pub fn from_back(&self, back: usize) -> usize {
        if back < self.rank() { self.sizes[self.rank() - 1 - back] as usize } else { 1 }
    }

    /// The dims, outermost first.
    pub fn dims(&self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + '_ {
        self.sizes[..self.rank()].iter().map(|&size| size as usize)
    }

    /// The four dims with 1 in front where there are fewer: how broadcasting aligns shapes.
    pub fn aligned(&self) -> [usize; MAX_DIMS] {
        core::array::from_fn(|axis| self.from_back(MAX_DIMS - 1 - axis))
    }

    /// This shape with dim `axis` resized to `size`.
    #[track_caller]
    pub fn with_dim(mut self, axis: usize, size: usize) -> Self {
        assert!(axis < self.rank(), "shape: {self} has no axis {axis}");
        self.sizes[axis] = u32::try_from(size).expect("shape: a dim past 2^32");
        self
    }

    /// This shape without dim `axis`.
    #[track_caller]
    pub fn without(self, axis: usize) -> Self {
        assert!(axis < self.rank(), "shape: {self} has no axis {axis}");
        let mut sizes = [1; MAX_DIMS];
        for (slot, from) in (0..self.rank()).filter(|&from| from != axis).enumerate() {
            sizes[slot] = self.sizes[from];
        }
        Shape { sizes, rank: self.rank - 1 }
    }

    /// How an axis cuts the elements: (product of dims before it, its size, product of dims after it).
    /// `None` takes everything as one axis: (1, len, 1).
    #[track_caller]
    pub fn around(&self, axis: Option<usize>) -> (usize, usize, usize) {
        match axis {
            None => (1, self.len(), 1),
            Some(axis) => (self.dims().take(axis).product(), self.dim(axis), self.dims().skip(axis + 1).product()),
        }
    }

    /// The shape of an element-wise result, NumPy's rule: align at the last dim; sizes that are equal stay, a size of 1
    /// stretches to the other's.
    pub fn broadcast(op: &'static str, lhs: Shape, rhs: Shape) -> Result<Shape, ShapeError> {
        let rank = lhs.rank.max(rhs.rank);
        let mut out = Shape { sizes: [1; MAX_DIMS], rank };
        for back in 0..usize::from(rank) {
            let size = match (lhs.from_back(back), rhs.from_back(back)) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => {
                    let problem = "sizes, aligned at the last dim, must be equal or 1";
                    return Err(ShapeError::new(op, &[lhs, rhs], problem));
                }
            };
            out.sizes[usize::from(rank) - 1 - back] = size as u32;
        }
        Ok(out)
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    #[track_caller]
    fn from(dims: [usize; N]) -> Self {
        Shape::new(&dims)
    }
}

impl From<&[usize]> for Shape {
    #[track_caller]
    fn from(dims: &[usize]) -> Self {
        Shape::new(dims)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.dims()).finish()
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Shapes that an operation cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    /// The operation, by its name in this crate.
    pub op: &'static str,
    /// Everything that it was given, in order.
    pub shapes: Vec<Shape>,
    /// The rule that was broken.
    pub problem: &'static str,
}

impl ShapeError {
    /// An error of `op`, which was given `shapes`.
    pub fn new(op: &'static str, shapes: &[Shape], problem: &'static str) -> Self {
        ShapeError { op, shapes: shapes.to_vec(), problem }
    }

    /// Panics with this error: for callers to whom it can only be a bug of their own.
    #[track_caller]
    pub fn raise(self) -> ! {
        panic!("{self}")
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot take ", self.op)?;
        for (nth, shape) in self.shapes.iter().enumerate() {
            write!(f, "{}{shape}", if nth == 0 { "" } else { " and " })?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl core::error::Error for ShapeError {}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn broadcasting_follows_numpy() {
        type Row = (&'static [usize], &'static [usize], Option<&'static [usize]>);
        let table: [Row; 9] = [
            (&[2, 3], &[2, 3], Some(&[2, 3])),
            (&[2, 3], &[3], Some(&[2, 3])),
            (&[2, 3], &[2, 1], Some(&[2, 3])),
            (&[2, 1], &[1, 3], Some(&[2, 3])),
            (&[4, 3, 2, 2], &[3, 1, 1], Some(&[4, 3, 2, 2])),
            (&[], &[2], Some(&[2])),
            (&[0, 3], &[1, 3], Some(&[0, 3])),
            (&[2, 3], &[2], None),
            (&[2, 3], &[3, 2], None),
        ];
        for (lhs, rhs, expected) in table {
            let got = Shape::broadcast("add", Shape::new(lhs), Shape::new(rhs));
            assert_eq!(got.ok(), expected.map(Shape::new), "{lhs:?} with {rhs:?}");
        }
    }

    #[test]
    fn errors_name_the_operation_and_both_shapes() {
        let error = Shape::broadcast("add", [2, 3].into(), [2].into()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "add: cannot take [2, 3] and [2]: sizes, aligned at the last dim, must be equal or 1"
        );
    }

    #[test]
    fn an_axis_cuts_the_elements_in_three() {
        let shape = Shape::from([2, 3, 4]);
        assert_eq!(shape.around(None), (1, 24, 1));
        assert_eq!(shape.around(Some(1)), (2, 3, 4));
        assert_eq!(shape.without(1), Shape::from([2, 4]));
        assert_eq!(Shape::SCALAR.len(), 1);
    }
}
