//! One bar a label.
//!
//! Not stacked and not grouped. The number stands at the end of its bar, so the grid may be quiet; where there are more bars
//! than room, names and numbers are left out before they would touch (all of them stand in the readouts).

use super::axis::{Axis, Fit, Scale, Span};
use super::chart::{Chart, Layout};
use super::format::{self, Format};
use super::frame::{Frame, Side};
use super::reading::Reading;
use super::rows::Rows;
use super::sheet::{Anchor, Drawn, LINE, Sheet, Xy, solid, within};
use super::words::{Name, Words};

/// One bar of a [`Bars`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Bar {
    /// Label under the bar.
    pub name: Name,
    /// Its height.
    pub value: f64,
    /// Index into the palette.
    pub style: u8,
    /// A mark across the bar (a bound, a previous value), where there is one.
    pub mark: Option<f64>,
}

/// One bar a label.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "full", derive(serde::Serialize, serde::Deserialize))]
pub struct Bars {
    /// Vertical axis.
    pub y: Axis,
    /// The bars, left to right.
    pub bars: Vec<Bar>,
    /// How the number above a bar is written.
    pub format: Format,
}

/// The widest bar.
const WIDEST: f64 = 56.0;

impl Chart for Bars {
    type Layout<'a> = Frame<'a>;

    fn layout<'a>(&'a self, (width, height): (f64, f64), words: &'a Words) -> Option<Frame<'a>> {
        let values = || self.bars.iter().flat_map(|bar| [Some(bar.value), bar.mark]).flatten();
        let mut span = Span::of(&self.y, values(), Fit::Grounded)?;
        if self.y.range.is_none() {
            // The numbers at the ends of the bars need their room inside the area.
            let room = LINE / (height - 4.0 * LINE).max(2.0 * LINE);
            let (low, high) = (span.value(-room), span.value(1.0 + room));
            span.high =
                if high.is_finite() && values().any(|value| span.place(value) > 0.9) { high } else { span.high };
            span.low = if low.is_finite() && values().any(|value| value < 0.0) { low } else { span.low };
        }
        let y = Side { span, label: words.get(self.y.label), whole: false };
        Some(Frame::plan(width, height, None, y, 0.0))
    }

    fn draw(&self, sheet: &Sheet, frame: &Frame) -> Drawn {
        frame.draw(sheet)?;
        let area = frame.area;
        let slot = area.width() / self.bars.len() as f64;
        let half = (slot * 0.31).min(WIDEST / 2.0);
        let ground = match frame.y.scale {
            Scale::Linear => within(frame.up(0.0), area.top, area.bottom),
            Scale::Log => area.bottom,
        };
        let texts: Vec<String> = self.bars.iter().map(|bar| format::number(bar.value, self.format)).collect();
        let widest = texts.iter().map(|text| sheet.measure(text, true)).fold(0.0, f64::max);
        let names: Vec<&str> = self.bars.iter().map(|bar| bar.name.text(sheet.words)).collect();
        let longest = names.iter().map(|name| sheet.measure(name, false)).fold(0.0, f64::max);
        // Every name while they fit, even shortened; then every second, every third, ...
        let stride = ((longest.min(4.0 * LINE) + 6.0) / slot).ceil().max(1.0) as usize;

        for (index, bar) in self.bars.iter().enumerate() {
            let middle = area.left + slot * (index as f64 + 0.5);
            let top = within(frame.up(bar.value), area.top, area.bottom);
            let shown = bar.value.is_finite() && top.is_finite();
            if shown {
                let colour = sheet.palette.of(bar.style);
                sheet.block((middle - half, top), (middle + half, ground), solid(colour))?;
            }
            if let Some(mark) = bar.mark.map(|mark| frame.up(mark)).filter(|y| y.is_finite()) {
                let mark = within(mark, area.top, area.bottom);
                let over = half + (slot / 2.0 - half).min(6.0) * 0.8;
                sheet.level(mark, middle - over, middle + over, solid(sheet.palette.paper), 4.0)?;
                sheet.level(mark, middle - over, middle + over, solid(sheet.palette.ink), 2.0)?;
            }
            if widest + 4.0 <= slot {
                let end = if shown { top } else { ground };
                let below = shown && bar.value < 0.0;
                let step = if below { LINE / 2.0 + 2.0 } else { -LINE / 2.0 - 2.0 };
                // A mark just beyond the end would cross the number out: the number goes beyond the mark.
                let mark = bar.mark.map(|mark| frame.up(mark)).filter(|mark| ((mark - end) / step) > 0.0);
                let end = mark.filter(|mark| (mark - end - step).abs() < LINE / 2.0 + 2.0).unwrap_or(end);
                let place = within(end + step, area.top - LINE / 2.0, area.bottom - LINE / 2.0);
                sheet.text(&texts[index], (middle, place), Anchor::Centre, solid(sheet.palette.ink), true)?;
            }
            if index % stride == 0 {
                let name = sheet.fitted(names[index], slot * stride as f64 - 6.0, false);
                let half = sheet.measure(&name, false) / 2.0;
                let x = middle.min(sheet.width - half).max(half);
                sheet.text(
                    &name,
                    (x, area.bottom + 6.0 + LINE / 2.0),
                    Anchor::Centre,
                    solid(sheet.palette.ink2),
                    false,
                )?;
            }
        }
        if frame.y.scale == Scale::Linear {
            sheet.level(ground, area.left, area.right, solid(sheet.palette.ink2), 1.0)?;
        }
        Ok(())
    }

    /// The bar at the place.
    fn reading(&self, frame: &Frame, at: Xy, words: &Words) -> Option<Reading> {
        frame.locate(at)?;
        let slot = frame.area.width() / self.bars.len() as f64;
        let index = ((at.0 - frame.area.left) / slot) as usize;
        let bar = self.bars.get(index)?;
        let x = frame.area.left + slot * (index as f64 + 0.5);
        let mut said = Reading::through(frame, x, bar.name.text(words));
        said.line(frame.up(bar.value), bar.style, words.get(self.y.label), format::number(bar.value, self.format));
        if let Some(mark) = bar.mark {
            said.line(frame.up(mark), 5, words.get("chart.mark"), format::number(mark, self.format));
        }
        Some(said)
    }

    fn table(&self, title: &str, words: &Words) -> String {
        let label = words.get(self.y.label);
        let mut rows = Rows::new(title, label, 1, words);
        rows.head("", [label, words.get("chart.mark")].into_iter());
        for bar in &self.bars {
            rows.row(bar.name.text(words), [Some(bar.value), bar.mark].into_iter());
        }
        rows.into_text()
    }
}
