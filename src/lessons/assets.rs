//! The files that a lesson needs beside its code: data sets, pictures, weights.
//!
//! Not how they get here: the page fetches them once the figure stands, a worker or a single file hands over what it carries,
//! tests and stills read the source tree; all of them bring bytes. A file is taken only if it is exactly the one that was
//! meant (length and digest), so a lesson may rely on its contents.

use super::config::Config;
use super::manifest::{Manifest, When};
use super::problem::{Code, Problem};
use std::rc::Rc;

/// A file of `src/data/`.
#[derive(Debug)]
pub struct Asset {
    /// What a lesson asks for.
    pub id: &'static str,
    /// Path below `src/data/`, and below `data/` in the site.
    pub file: &'static str,
    /// Its length, which the progress bar needs before the first byte.
    pub bytes: usize,
    /// Its [`digest`](crate::data::digest).
    pub digest: u64,
    /// Needed in these configurations only; in all of them where it is absent.
    pub when: Option<When>,
}

/// The files that are there. Cloning copies no byte.
#[derive(Clone, Debug, Default)]
pub struct Assets(Vec<(&'static str, Rc<[u8]>)>);

impl Assets {
    /// Everything that this build can reach by itself: natively the files of the source tree, in the page nothing.
    pub fn at_hand(manifest: &Manifest) -> Assets {
        let mut assets = Assets::default();
        #[cfg(not(target_arch = "wasm32"))]
        for asset in manifest.assets {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/data/").to_string() + asset.file;
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            if let Err(problem) = assets.provide(manifest, asset.id, &bytes) {
                panic!("{path}: {problem}");
            }
        }
        #[cfg(target_arch = "wasm32")]
        let _ = (manifest, &mut assets);
        assets
    }

    /// Takes over the bytes of the file called `id`, or says what is wrong with them.
    pub fn provide(&mut self, manifest: &Manifest, id: &str, bytes: &[u8]) -> Result<(), Problem> {
        let Some(asset) = manifest.assets.iter().find(|asset| asset.id == id) else {
            let known = manifest.assets.iter().map(|asset| asset.id).collect::<Vec<_>>().join(", ");
            return Err(Problem::new(Code::UnknownKey, id, "", known));
        };
        if bytes.len() != asset.bytes {
            let (given, expected) = (bytes.len().to_string(), asset.bytes.to_string());
            return Err(Problem::new(Code::Malformed, id, &given, expected));
        }
        let digest = crate::data::digest(bytes);
        if digest != asset.digest {
            return Err(Problem::new(Code::Malformed, id, &format!("{digest:x}"), format!("{:x}", asset.digest)));
        }
        self.0.retain(|(known, _)| *known != asset.id);
        self.0.push((asset.id, bytes.into()));
        Ok(())
    }

    /// Ids of the files that a configuration needs, as long as one of them is not there: they are of use together.
    pub fn missing(&self, config: &Config) -> Vec<&'static str> {
        let needed = config.manifest.assets.iter().filter(|asset| asset.when.is_none_or(|when| config.meets(when)));
        let needed: Vec<_> = needed.map(|asset| asset.id).collect();
        if needed.iter().all(|id| self.get(id).is_some()) { Vec::new() } else { needed }
    }

    /// The bytes of the file called `id`, if it is there.
    pub fn get(&self, id: &str) -> Option<&Rc<[u8]>> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, bytes)| bytes)
    }
}
