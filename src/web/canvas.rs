//! Drawing a view on the page's canvas.
//!
//! Not what is drawn (`scene`): here plotters gets its backend, text its measure, and heat maps their pixels.

use super::pen::{Brush, Letters};
use crate::scene::{self, FINE, Style, Surface, View};
use std::cell::RefCell;
use wasm_bindgen::{Clamped, JsCast, JsError, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

thread_local! {
    /// A canvas that is never shown: pixels are put there one to one, and drawn from there at their size.
    static PIXELS: RefCell<Option<HtmlCanvasElement>> = const { RefCell::new(None) };
}

/// Draws `view` on a canvas whose size is in device pixels.
pub fn draw(view: &View, canvas: HtmlCanvasElement, style: &Style) -> Result<(), JsError> {
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let context = context(&canvas)?;
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).map_err(error)?;
    context.clear_rect(0.0, 0.0, width, height);
    if let Some(pixels) = scene::pixels(view, &style.palette) {
        let area = scene::layout(view, width / style.scale, height / style.scale, style);
        if let Some(area) = area {
            // A picture's pixels are what it shows; a heat map's cells are samples of something smooth.
            context.set_image_smoothing_enabled(matches!(view, View::Heatmap(_)));
            put(&context, &canvas, pixels, area, style.scale)?;
        }
    }
    let fine = 1.0 / f64::from(FINE);
    context.set_transform(fine, 0.0, 0.0, fine, 0.0, 0.0).map_err(error)?;
    context.set_line_join("round");
    let letters = Letters::of(context);
    let mut brush = Brush { context: &letters, size: (canvas.width(), canvas.height()) };
    scene::draw(view, Surface::new(&mut brush, &letters), style).map_err(|error| JsError::new(&error.to_string()))
}

/// Draws an RGBA picture into `area` (CSS pixels) of the canvas.
fn put(
    context: &CanvasRenderingContext2d,
    canvas: &HtmlCanvasElement,
    (width, height, rgba): (usize, usize, Vec<u8>),
    area: scene::Area,
    scale: f64,
) -> Result<(), JsError> {
    let (width, height) = (width as u32, height as u32);
    PIXELS.with_borrow_mut(|kept| {
        let source = match kept {
            Some(source) => source,
            None => {
                let document = canvas.owner_document().ok_or_else(|| JsError::new("a canvas without a document"))?;
                let element = document.create_element("canvas").map_err(error)?;
                kept.insert(element.unchecked_into())
            }
        };
        if (source.width(), source.height()) != (width, height) {
            source.set_width(width);
            source.set_height(height);
        }
        let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), width, height).map_err(error)?;
        self::context(source)?.put_image_data(&image, 0.0, 0.0).map_err(error)?;
        let (left, top) = (area.left * scale, area.top * scale);
        let (right, bottom) = (area.right * scale, area.bottom * scale);
        context
            .draw_image_with_html_canvas_element_and_dw_and_dh(source, left, top, right - left, bottom - top)
            .map_err(error)
    })
}

/// The 2-D context of a canvas.
fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsError> {
    let context = canvas.get_context("2d").map_err(error)?;
    context.map(JsCast::unchecked_into).ok_or_else(|| JsError::new("this canvas has no 2-D context"))
}

/// A browser's exception as an error.
fn error(exception: JsValue) -> JsError {
    let message = exception.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    JsError::new(&message.unwrap_or_else(|| "an exception without a message".into()))
}
