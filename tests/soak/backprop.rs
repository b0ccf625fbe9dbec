use crate::networks::network;
use tensorscope::lessons::{Run, find};
use tensorscope::rng::Rng;

#[test]
#[ignore]
fn explore() {
    let mut rng = Rng::new(7, 1);
    let n: usize = std::env::var("N").map_or(200, |n| n.parse().unwrap());
    let (mut claims, mut fails, mut open) = ([0; 3], [0; 3], [0; 3]);
    let mut why = std::collections::BTreeMap::new();
    let (mut bad, mut some) = (0, 0);
    let mut bounds: Vec<f64> = Vec::new();
    let start = std::time::Instant::now();
    for _ in 0..n {
        let state = network(&mut rng, 300);
        let mut run = Run::new(find("backprop").unwrap(), &state);
        run.work(u32::MAX);
        let (mut b, mut s) = (false, false);
        for claim in run.lesson().verify() {
            let k = match &claim.id[..4] { "hand" => 0, "tape" => 1, _ => 2 };
            claims[k] += 1;
            if claim.fails() { fails[k] += 1; b = true; if fails[k] < 4 { println!("{state} {claim:?}"); } }
            if let Some(w) = claim.undecided() { open[k] += 1; s = true; *why.entry((k, w)).or_insert(0) += 1; }
            if let tensorscope::lessons::Bound::AtMost(b) = claim.bound { if k == 1 { bounds.push(b) } }
        }
        bad += b as u32; some += s as u32;
    }
    bounds.sort_by(f64::total_cmp);
    let q = |p: f64| bounds[((bounds.len() - 1) as f64 * p) as usize];
    println!("{n} nets {:?}: claims {claims:?} fails {fails:?} open {open:?} {why:?}; nets bad {bad}, with open {some}; bounds {:e} {:e} {:e} {:e}", start.elapsed(), q(0.5), q(0.9), q(0.99), q(1.0));
}

#[test]
#[ignore]
fn presets() {
    for preset in find("backprop").unwrap().manifest.presets {
        let start = std::time::Instant::now();
        let mut line = format!("{}:", preset.id);
        for step in [0, 1, 10, 50, 100, 200, 240, 300, 400, 500, 600, 700, 800, 900, 1000] {
            let mut run = Run::new(find("backprop").unwrap(), &format!("preset={}&step={step}", preset.id));
            run.work(u32::MAX);
            let claims = run.lesson().verify();
            let f = claims.iter().filter(|c| c.fails()).count();
            let o = claims.iter().filter(|c| c.undecided().is_some()).count();
            line += &format!(" {step}:{f}/{o}/{}", claims.len());
        }
        println!("{line} {:?}", start.elapsed());
    }
}
