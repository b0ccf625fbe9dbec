//! What a vector promises beyond arithmetic: its maxima, selections, order of lanes, and the laws of the scalar.

use super::{expect_bits, random};
use tensorscope::kernels::lanes::{MAX_LANES, PortableF32x4, PortableF64x2};
use tensorscope::kernels::{Lanes, Real};

const SPECIAL: [f64; 12] =
    [0.0, -0.0, 1.0, -1.0, 1e-40, -1e-40, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -3.5];

/// Every operation of `V`, lane by lane, against the scalar's own.
fn operations_are_the_scalars<V: Lanes>()
where
    V::Scalar: Real,
{
    let c = V::Scalar::from_f64;
    for a in SPECIAL.map(c) {
        for b in SPECIAL.map(c) {
            let (va, vb) = (V::splat(a), V::splat(b));
            let select = |yes: bool| if yes { a } else { b };
            let table: [(&str, V, V::Scalar); 16] = [
                ("add", va + vb, a + b),
                ("sub", va - vb, a - b),
                ("mul", va * vb, a * b),
                ("div", va / vb, a / b),
                ("neg", -va, -a),
                ("abs", va.abs(), a.abs()),
                ("sqrt", va.sqrt(), a.sqrt()),
                ("max", va.max(vb), a.max(b)),
                ("min", va.min(vb), a.min(b)),
                ("select_lt", V::select_lt(va, vb, va, vb), select(a < b)),
                ("select_le", V::select_le(va, vb, va, vb), select(a <= b)),
                ("at_most", va.at_most(vb), if b < a { b } else { a }),
                ("at_least", va.at_least(vb), if a < b { b } else { a }),
                ("unzip, even", V::unzip(va, va).0, a),
                ("unzip, odd", V::unzip(vb, vb).1, b),
                ("each", va.each(|x| x + b), a + b),
            ];
            for (name, got, want) in table {
                for lane in 0..V::COUNT {
                    expect_bits(&format!("{name} of {a:e} and {b:e}"), &[got.lane(lane)], &[want]);
                }
            }
        }
    }
}

#[test]
fn every_vector_works_as_its_scalar() {
    for whole in [0, 1, 12_345, (1 << 23) - 1] {
        let (mut four, mut two) = ([9; 5], [9; 3]);
        <f32 as Real>::Lanes::splat(whole as f32).store_whole(&mut four);
        <f64 as Real>::Lanes::splat(f64::from(whole)).store_whole(&mut two);
        assert_eq!((four, two), ([whole, whole, whole, whole, 9], [whole, whole, 9]));
    }
    operations_are_the_scalars::<<f32 as Real>::Lanes>();
    operations_are_the_scalars::<<f64 as Real>::Lanes>();
    operations_are_the_scalars::<PortableF32x4>();
    operations_are_the_scalars::<PortableF64x2>();
}

#[test]
fn maxima_are_those_of_ieee_754_2019() {
    let negative_zero = |x: f32| x == 0.0 && x.is_sign_negative();
    assert!(!negative_zero(Real::max(-0.0_f32, 0.0)) && !negative_zero(Real::max(0.0_f32, -0.0)));
    assert!(negative_zero(Real::min(-0.0_f32, 0.0)) && negative_zero(Real::min(0.0_f32, -0.0)));
    for other in [1.0, f32::INFINITY, f32::NEG_INFINITY] {
        assert!(Real::max(f32::NAN, other).is_nan() && Real::max(other, f32::NAN).is_nan());
        assert!(Real::min(f32::NAN, other).is_nan() && Real::min(other, f32::NAN).is_nan());
    }
}

#[test]
fn parts_of_a_vector_load_and_store() {
    fn check<V: Lanes>() {
        let x: Vec<V::Scalar> = random(MAX_LANES, 1);
        for len in 0..V::COUNT {
            let part = V::load_part(&x[..len], V::Scalar::ONE);
            for (lane, x) in x[..V::COUNT].iter().enumerate() {
                let want = if lane < len { *x } else { V::Scalar::ONE };
                expect_bits("load_part", &[part.lane(lane)], &[want]);
            }
            let mut out = vec![V::Scalar::ZERO; len];
            V::load(&x).store_part(&mut out);
            expect_bits("store_part", &out, &x[..len]);
        }
    }
    check::<<f32 as Real>::Lanes>();
    check::<<f64 as Real>::Lanes>();
}

#[test]
fn lanes_add_in_pairs() {
    // 1e8 + 1 is 1e8 in f32, so that every other order gives another sum.
    let x = [1e8_f32, 1.0, -1e8, 1.0];
    assert_eq!(<f32 as Real>::Lanes::load(&x).sum(), (1e8_f32 + 1.0) + (-1e8_f32 + 1.0));
    assert_eq!(<f64 as Real>::Lanes::load(&[0.5, 0.25]).sum(), 0.75);
    assert_eq!(<f32 as Real>::Lanes::load(&x).largest(), 1e8);
    assert!(<f32 as Real>::Lanes::load(&[1.0, f32::NAN, 0.0, 2.0]).largest().is_nan());
}

#[test]
fn denormals_are_kept() {
    let denormal = f32::from_bits;
    let tiny = <f32 as Real>::Lanes::splat(denormal(1000));
    assert_eq!((tiny + tiny).lane(0), denormal(2000));
    assert_eq!((tiny * <f32 as Real>::Lanes::splat(0.5)).lane(3), denormal(500));
}
