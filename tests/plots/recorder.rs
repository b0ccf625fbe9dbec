//! A backend that writes down what it is asked to draw.

use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};
use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use tensorscope::scene::{self, FINE, Ruler, Style, Surface, View, WidthTable};

/// What was drawn.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The command as a line of a snapshot, in 1/8 pixel.
    pub line: String,
    /// Left, top, right, bottom in pixels, strokes included.
    pub bounds: [f64; 4],
    /// The words, where it is a text.
    pub text: Option<String>,
    /// Corners of a path.
    pub corners: Vec<BackendCoord>,
}

/// Everything that `view` draws at a size in CSS pixels.
pub fn record(view: &View, (width, height): (u32, u32), style: &Style) -> Vec<Mark> {
    let marks = Rc::new(RefCell::new(Vec::new()));
    let size = [width, height].map(|side| (f64::from(side) * style.scale).round() as u32);
    let mut recorder = Recorder { size: (size[0], size[1]), marks: marks.clone() };
    scene::draw(view, Surface::new(&mut recorder, &WidthTable), style).expect("nothing fails here");
    marks.take()
}

struct Recorder {
    size: (u32, u32),
    marks: Rc<RefCell<Vec<Mark>>>,
}

type Done = Result<(), DrawingErrorKind<Infallible>>;

impl Recorder {
    fn push(&mut self, name: &str, corners: Vec<BackendCoord>, grow: f64, ink: BackendColor, rest: &str) -> Done {
        let fine = f64::from(FINE);
        let along = |axis: fn(&BackendCoord) -> i32, pick: fn(f64, f64) -> f64, start: f64, sign: f64| {
            corners.iter().map(|at| f64::from(axis(at)) + sign * grow).fold(start, pick) / fine
        };
        let (far, near) = (f64::INFINITY, f64::NEG_INFINITY);
        let bounds = [
            along(|at| at.0, f64::min, far, -1.0),
            along(|at| at.1, f64::min, far, -1.0),
            along(|at| at.0, f64::max, near, 1.0),
            along(|at| at.1, f64::max, near, 1.0),
        ];
        let places: Vec<String> = corners.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let (r, g, b) = ink.rgb;
        let line = format!("{name} {} #{r:02x}{g:02x}{b:02x} {}{rest}", places.join(" "), ink.alpha);
        self.marks.borrow_mut().push(Mark { line, bounds, text: None, corners });
        Ok(())
    }
}

impl DrawingBackend for Recorder {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, ink: BackendColor) -> Done {
        self.push("pixel", vec![at], 0.0, ink, "")
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Done {
        self.push(if fill { "block" } else { "frame" }, vec![a, b], 0.0, style.color(), "")
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        let width = style.stroke_width();
        let corners = path.into_iter().collect();
        self.push("path", corners, f64::from(width) / 2.0, style.color(), &format!(" width {width}"))
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        let width = if fill { 0 } else { style.stroke_width() };
        let name = if fill { "disc" } else { "ring" };
        let grow = f64::from(radius) + f64::from(width) / 2.0;
        self.push(name, vec![at], grow, style.color(), &format!(" radius {radius} width {width}"))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Done {
        self.push("polygon", corners.into_iter().collect(), 0.0, style.color(), "")
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        let bold = matches!(style.style(), FontStyle::Bold);
        let (anchor, shift) = match style.anchor().h_pos {
            HPos::Left => ("left", 0.0),
            HPos::Center => ("middle", 0.5),
            HPos::Right => ("right", 1.0),
        };
        let weight = if bold { " bold" } else { "" };
        self.push("text", vec![at], 0.0, style.color(), &format!(" {anchor} {}{weight} {text:?}", style.size()))?;
        let fine = f64::from(FINE);
        let width = WidthTable.width(text, style.size(), bold) / fine;
        let (x, y) = (f64::from(at.0) / fine, f64::from(at.1) / fine);
        // What is seen of a line of text: from the top of its capitals to below its baseline.
        let half = style.size() / fine * 0.45;
        let mut marks = self.marks.borrow_mut();
        let mark = marks.last_mut().expect("just pushed");
        mark.bounds = [x - width * shift, y - half, x + width * (1.0 - shift), y + half];
        mark.text = Some(text.into());
        Ok(())
    }
}
