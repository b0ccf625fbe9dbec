//! How keys of the prose are read back from bytes.
//!
//! Not a format: that is postcard's, through the `serde` derives on each type. Only what serde cannot make itself stands here:
//! a [`Key`] lives as long as the program, the bytes that it is read from do not; and pixels, which are taken as one piece.

use super::words::Key;
use serde::de::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Reads a field that has keys in it; for `deserialize_with`.
pub(super) fn interned<'de, T: Keyed, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::Owned::deserialize(deserializer).map(T::intern)
}

/// The shape of a field that has keys in it.
pub(super) trait Keyed {
    /// The same with strings of its own.
    type Owned: for<'de> Deserialize<'de>;
    /// The same with keys in the place of its strings.
    fn intern(owned: Self::Owned) -> Self;
}

/// Each key is leaked once, and found again from then on.
///
/// That is bounded: what is decoded was encoded by the same program, in another thread, and its keys are literals of that
/// program. There are as many as its source has (some hundreds), however long it runs.
impl Keyed for Key {
    type Owned = String;

    fn intern(owned: String) -> Key {
        static KNOWN: Mutex<BTreeSet<Key>> = Mutex::new(BTreeSet::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(owned.as_str()) {
            return key;
        }
        let key: Key = owned.leak();
        known.insert(key);
        key
    }
}

/// Bounded as keys are: a list is a constant of the program too.
impl Keyed for &'static [Key] {
    type Owned = Vec<String>;

    fn intern(owned: Vec<String>) -> &'static [Key] {
        static KNOWN: Mutex<BTreeSet<&'static [Key]>> = Mutex::new(BTreeSet::new());
        let list = Vec::intern(owned);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = known.get(list.as_slice()) {
            return list;
        }
        let list: &'static [Key] = list.leak();
        known.insert(list);
        list
    }
}

impl Keyed for Option<Key> {
    type Owned = Option<String>;

    fn intern(owned: Option<String>) -> Self {
        owned.map(Key::intern)
    }
}

impl Keyed for Vec<Key> {
    type Owned = Vec<String>;

    fn intern(owned: Vec<String>) -> Self {
        owned.into_iter().map(Key::intern).collect()
    }
}

/// A value and its name.
impl Keyed for (f64, Key) {
    type Owned = (f64, String);

    fn intern((value, name): (f64, String)) -> Self {
        (value, Key::intern(name))
    }
}

/// A letter and its index.
impl Keyed for (Key, String) {
    type Owned = (String, String);

    fn intern((letter, index): (String, String)) -> Self {
        (Key::intern(letter), index)
    }
}

/// Bytes as one piece, not one by one; for `with`.
pub(super) mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::scene) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(in crate::scene) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        <&[u8]>::deserialize(deserializer).map(<[u8]>::to_vec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_and_a_list_are_leaked_once() {
        let [a, b] = [(); 2].map(|()| Key::intern("keys.test".into()));
        assert!(core::ptr::eq(a, b));
        let list = || vec!["keys.test".into(), "keys.other".into()];
        let [a, b] = [(); 2].map(|()| <&'static [Key]>::intern(list()));
        assert!(core::ptr::eq(a, b));
        assert_eq!(a, ["keys.test", "keys.other"]);
    }
}
