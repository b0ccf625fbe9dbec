//! The picture: the field opens over the photograph, layer by layer, from the unit to the pixels.

use super::Lens;
use crate::lessons::At;
use crate::scene::{Dots, Image, Outline, OutlineStyle, Rect};

/// Beyond so many sides of the picture a field is cut off by the frame: the picture must stay visible.
const FARTHEST: f64 = 2.0;

impl Lens {
    pub(super) fn picture(&self, at: At) -> Image {
        let geometry = &self.geometry;
        let [height, width] = self.size();
        let all = Rect::of(width, height);
        let last = geometry.count() - 1;
        let stop = at.moment.min(last);
        let here = geometry.opened(stop);
        let before = geometry.opened(stop.saturating_sub(1));
        let light = before.towards(here, at.progress);
        let arrived = stop == last && at.progress >= 1.0;

        let rgba = self.painted_rgb(&self.paint, false).chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
        let mut heat = if arrived && self.show_heat { self.heat_shades() } else { Vec::new() };
        if !heat.is_empty() {
            // Paint is seen through no heat.
            self.each_painted(&self.paint, |y, x| heat[y * width + x] = f32::NAN);
        }
        let mut outlines = Vec::new();
        let seen = geometry.seen_rect();
        let window = clamped(all.around(seen), all);
        let wider = window != all;
        if wider {
            outlines.push(outline(all, OutlineStyle::Thin));
        }
        if !arrived {
            outlines.push(outline(seen, OutlineStyle::Dashed));
        }
        let span = |low: f64, high: f64| libm::round(high - low);
        let label = format!("{} × {}", span(light.left, light.right), span(light.top, light.bottom));
        outlines.push(Outline {
            hatched: true,
            spotlight: heat.is_empty(),
            label,
            ..outline(light, OutlineStyle::Strong)
        });

        let mut dots = Vec::new();
        if heat.is_empty()
            && let (Some(xs), Some(ys)) = (geometry.places(stop, 1, at.progress), geometry.places(stop, 0, at.progress))
        {
            let radius = 0.5 * (width.max(height) as f64 / 40.0).max(0.8);
            dots.push(Dots { xs, ys, radius });
        }
        let margin = 0.02 * (window.right - window.left).max(window.bottom - window.top);
        let window = Some(if wider { window.grown(margin) } else { all });
        Image { width, rgba, window, heat, outlines, dots }
    }

    /// The effective field as strengths: the square root of each pixel's share, so that the faint can be seen.
    fn heat_shades(&self) -> Vec<f32> {
        let Some(shares) = self.effective() else { return Vec::new() };
        let shades: Vec<f32> = shares.map(|share| libm::sqrt(share) as f32).collect();
        // The largest of a noisy field is an outlier: full colour begins at three quarters of it.
        let largest = shades.iter().fold(0.0f32, |a, b| a.max(*b)) * 0.75;
        shades.iter().map(|shade| if largest > 0.0 { (shade / largest).min(1.0) } else { 0.0 }).collect()
    }
}

fn outline(rect: Rect, stroke: OutlineStyle) -> Outline {
    Outline { rect, stroke, hatched: false, spotlight: false, label: String::new() }
}

/// `window` without what is too far from the picture.
fn clamped(window: Rect, all: Rect) -> Rect {
    let reach = FARTHEST * (all.right.max(all.bottom));
    let most = all.grown(reach);
    Rect {
        left: window.left.max(most.left),
        top: window.top.max(most.top),
        right: window.right.min(most.right),
        bottom: window.bottom.min(most.bottom),
    }
}
