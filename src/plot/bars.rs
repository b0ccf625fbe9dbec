//! Draws one bar a label.
//!
//! Not stacked and not grouped. The number stands at the end of its bar, so the grid may be quiet; where there are more bars
//! than room, names and numbers are left out before they would touch (all of them stand in the readouts).

use super::axis::{Fit, Span};
use super::curve::text_of;
use super::format;
use super::frame::{Frame, Side};
use super::sheet::{Anchor, Drawn, LINE, Sheet, faint, solid};
use super::style::Words;
use crate::view::{Bars, Scale};
use plotters_backend::DrawingBackend;

/// The widest bar.
const WIDEST: f64 = 56.0;

/// The frame of `bars`; `None` where there is no finite value.
pub(super) fn frame<'a>(bars: &'a Bars, words: &'a Words, width: f64, height: f64) -> Option<Frame<'a>> {
    let values = bars.bars.iter().flat_map(|bar| [Some(bar.value), bar.mark]).flatten();
    let span = Span::of(&bars.y, values, Fit::Grounded)?;
    // The number above the highest bar needs its room inside the area.
    let room = span.value(1.0 + LINE / (height - 3.0 * LINE).max(LINE));
    let highest = bars.bars.iter().map(|bar| bar.value).filter(|value| value.is_finite()).fold(f64::MIN, f64::max);
    let full = bars.y.range.is_none() && span.place(highest) > 0.85 && room.is_finite();
    let span = if full { Span { high: room, ..span } } else { span };
    let y = Side { span, label: words.get(bars.y.label), whole: false };
    Some(Frame::plan(width, height, None, y, 0.0))
}

pub(super) fn draw<B: DrawingBackend>(sheet: &Sheet<B>, bars: &Bars, frame: &Frame) -> Drawn<B> {
    frame.draw(sheet)?;
    let area = frame.area;
    let slot = area.width() / bars.bars.len() as f64;
    let half = (slot * 0.31).min(WIDEST / 2.0);
    let ground = match frame.y.scale {
        Scale::Linear => frame.up(0.0).clamp(area.top, area.bottom),
        Scale::Log => area.bottom,
    };
    let texts: Vec<String> = bars.bars.iter().map(|bar| format::number(bar.value, bars.format)).collect();
    let widest = texts.iter().map(|text| sheet.measure(text, true)).fold(0.0, f64::max);
    let names: Vec<&str> = bars.bars.iter().map(|bar| text_of(&bar.name, sheet.words)).collect();
    let longest = names.iter().map(|name| sheet.measure(name, false)).fold(0.0, f64::max);
    // Every name while they fit, even shortened; then every second, every third, ...
    let stride = ((longest.min(4.0 * LINE) + 6.0) / slot).ceil().max(1.0) as usize;

    for (index, bar) in bars.bars.iter().enumerate() {
        let middle = area.left + slot * (index as f64 + 0.5);
        let top = frame.up(bar.value).clamp(area.top, area.bottom);
        let shown = bar.value.is_finite() && top.is_finite();
        if shown {
            let colour = sheet.palette.of(bar.style);
            sheet.block((middle - half, top), (middle + half, ground), solid(colour))?;
        }
        if let Some(mark) = bar.mark.map(|mark| frame.up(mark)).filter(|y| y.is_finite()) {
            let mark = mark.clamp(area.top, area.bottom);
            let over = half + (slot / 2.0 - half).min(6.0) * 0.8;
            sheet.level(mark, middle - over, middle + over, solid(sheet.palette.paper), 4.0)?;
            sheet.level(mark, middle - over, middle + over, solid(sheet.palette.ink), 2.0)?;
        }
        if widest + 4.0 <= slot {
            let end = if shown { top } else { ground };
            let below = shown && bar.value < 0.0;
            let wanted = if below { end + LINE / 2.0 + 1.0 } else { end - LINE / 2.0 - 1.0 };
            let place = wanted.clamp(area.top - LINE / 2.0, area.bottom - LINE / 2.0);
            let width = sheet.measure(&texts[index], true) / 2.0 + 2.0;
            let covered = bar.mark.is_some_and(|mark| (frame.up(mark) - place).abs() < LINE / 2.0);
            if covered {
                let backing = faint(sheet.palette.paper, 0.85);
                sheet.block((middle - width, place - LINE / 2.0), (middle + width, place + LINE / 2.0), backing)?;
            }
            sheet.text(&texts[index], (middle, place), Anchor::Centre, solid(sheet.palette.ink), true)?;
        }
        if index % stride == 0 {
            let name = sheet.fitted(names[index], slot * stride as f64 - 6.0, false);
            let half = sheet.measure(&name, false) / 2.0;
            let x = middle.min(sheet.width - half).max(half);
            sheet.text(&name, (x, area.bottom + 6.0 + LINE / 2.0), Anchor::Centre, solid(sheet.palette.ink2), false)?;
        }
    }
    if frame.y.scale == Scale::Linear {
        sheet.level(ground, area.left, area.right, solid(sheet.palette.ink2), 1.0)?;
    }
    Ok(())
}
