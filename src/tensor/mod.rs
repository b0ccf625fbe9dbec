//! Tensors: numbers with a shape, and the operations on them that must know shapes.
//!
//! Not gradients as a method (`autograd` records and walks back) and not loops over elements (`kernels`). Everything is
//! contiguous and row-major, at most four dims, NCHW for pictures; nothing is strided or lazy, so a [`Tensor`] is a shape
//! and a `Vec`, and a [`TensorRef`] the same, borrowed.
//!
//! | file | what it knows |
//! |---|---|
//! | `shape` | shapes, the broadcasting rule, the error that names an operation and its shapes |
//! | `infer` | what each operation takes and the shape that it returns |
//! | `broadcast` | how stretched operands are walked; element-wise functions of two operands, and back |
//! | `product` | batched matrix products, linear layers, convolutions with bias, and back |
//! | `movement` | permute, slice, concat, rows by index, and back |
//! | `norm` | softmax along any axis, and back; layer norm and batch norm are the kernels' |
//! | `loss` | squared error, cross-entropy, and back |
//!
//! Functions that compute write into the caller's buffer and take `scratch`, a buffer that they may grow and leave dirty.

pub mod broadcast;
pub mod infer;
pub mod loss;
pub mod movement;
pub mod norm;
pub mod product;
mod shape;

pub use shape::{MAX_DIMS, Shape, ShapeError};

use crate::kernels::matmul::Trans;
use crate::kernels::zip::Zip;
use crate::kernels::{Buffer, Real};
use core::fmt;

/// Numbers with a shape; owns them.
#[derive(Clone, PartialEq)]
pub struct Tensor<T> {
    shape: Shape,
    data: Vec<T>,
}

/// A borrowed tensor.
#[derive(Clone, Copy, Debug)]
pub struct TensorRef<'a, T> {
    /// The shape.
    pub shape: Shape,
    /// The elements, row-major; `shape.len()` of them.
    pub data: &'a [T],
}

impl<T: Real> Tensor<T> {
    /// `data`, row-major, under `shape`. Panics where their sizes differ.
    #[track_caller]
    pub fn new(shape: impl Into<Shape>, data: Vec<T>) -> Self {
        let shape = shape.into();
        assert!(shape.len() == data.len(), "tensor: {shape} has {} elements, {} were given", shape.len(), data.len());
        Tensor { shape, data }
    }

    /// `value` everywhere.
    pub fn full(shape: impl Into<Shape>, value: T) -> Self {
        let shape = shape.into();
        Tensor { shape, data: vec![value; shape.len()] }
    }

    /// Zeros.
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        Tensor::full(shape, T::ZERO)
    }

    /// One number.
    pub fn scalar(value: T) -> Self {
        Tensor::full(Shape::SCALAR, value)
    }

    /// Element `i` is `f(i)`, counted row-major.
    pub fn from_fn(shape: impl Into<Shape>, f: impl FnMut(usize) -> T) -> Self {
        let shape = shape.into();
        Tensor { shape, data: (0..shape.len()).map(f).collect() }
    }

    /// f64 numbers, rounded to this scalar.
    #[track_caller]
    pub fn from_f64(shape: impl Into<Shape>, data: &[f64]) -> Self {
        Tensor::new(shape, data.iter().map(|&x| T::from_f64(x)).collect())
    }

    /// The shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The elements, row-major.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// The elements, to be changed.
    pub fn data_mut(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The elements, without the shape.
    pub fn into_data(self) -> Vec<T> {
        self.data
    }

    /// Borrowed.
    pub fn view(&self) -> TensorRef<'_, T> {
        TensorRef { shape: self.shape, data: &self.data }
    }

    /// The element at `index`, one entry a dim.
    #[track_caller]
    pub fn at(&self, index: &[usize]) -> T {
        let inside = index.len() == self.shape.rank() && index.iter().zip(self.shape.dims()).all(|(&i, dim)| i < dim);
        assert!(inside, "at: {} has no element {index:?}", self.shape);
        self.data[index.iter().zip(self.shape.dims()).fold(0, |flat, (&i, dim)| flat * dim + i)]
    }

    /// The only element.
    #[track_caller]
    pub fn item(&self) -> T {
        assert!(self.data.len() == 1, "item: {} is not one number", self.shape);
        self.data[0]
    }

    /// The same elements under another shape.
    #[track_caller]
    pub fn reshape(self, to: impl Into<Shape>) -> Self {
        let to = infer::reshape("reshape", self.shape, to.into()).unwrap_or_else(|error| error.raise());
        Tensor { shape: to, data: self.data }
    }

    /// `f` of every element.
    pub fn map(&self, f: impl FnMut(T) -> T) -> Self {
        Tensor { shape: self.shape, data: self.data.iter().copied().map(f).collect() }
    }

    /// Element by element, broadcast.
    #[track_caller]
    pub fn zip(&self, f: Zip, rhs: &Self) -> Self {
        let shape = Shape::broadcast("zip", self.shape, rhs.shape).unwrap_or_else(|error| error.raise());
        let mut out = Tensor::zeros(shape);
        broadcast::zip(f, self.view(), rhs.view(), shape, &mut out.data, &mut Buffer::new());
        out
    }

    /// self . rhs over the last two dims; see [`infer::matmul`].
    #[track_caller]
    pub fn matmul(&self, rhs: &Self) -> Self {
        let shape = infer::matmul("matmul", self.shape, false, rhs.shape, false).unwrap_or_else(|error| error.raise());
        let mut out = Tensor::zeros(shape);
        product::matmul((self.view(), Trans::No), (rhs.view(), Trans::No), &mut out.data, &mut Buffer::new());
        out
    }

    /// The last two dims exchanged.
    #[track_caller]
    pub fn transpose(&self) -> Self {
        let order = movement::swap_last(self.shape);
        let shape = infer::permute("transpose", self.shape, order).unwrap_or_else(|error| error.raise());
        let mut out = Tensor::zeros(shape);
        movement::permute(self.view(), order, &mut out.data);
        out
    }
}

impl<T: fmt::Debug> fmt::Debug for Tensor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor {} {:?}", self.shape, self.data)
    }
}

/// The first `len` elements of `scratch`, which grows if it must; what stands in them does not matter.
pub(crate) fn room<T: Real>(scratch: &mut Buffer<T>, len: usize) -> &mut [T] {
    if scratch.len() < len {
        scratch.resize(len, T::ZERO);
    }
    &mut scratch[..len]
}
