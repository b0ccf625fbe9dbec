//! What a chart says in numbers: at a place, and as a table.

use crate::samples::*;
use tensorscope::scene::{self, *};

/// The size of a drawing.
const SIZE: (f64, f64) = (344.0, 220.0);

fn words() -> Words {
    Words::parse(WORDS)
}

/// What is said at parts of the width and height of the chart's area: the line, and each value's fields.
fn read(view: &View, across: f64, down: f64) -> (Vec<f64>, String, Vec<[String; 4]>) {
    let words = words();
    let style = Style { scale: 1.0, palette: scene::LIGHT, words: &words };
    let area = scene::layout(view, SIZE.0, SIZE.1, &style).unwrap();
    let (x, y) = (area.left + area.width() * across, area.top + area.height() * down);
    let text = scene::reading(view, x, y, SIZE.0, SIZE.1, &words);
    let mut lines = text.lines().map(|line| line.split('\t').map(String::from).collect::<Vec<_>>());
    let head = lines.next().expect("something is said");
    let numbers = head[..3].iter().map(|field| field.parse().unwrap()).collect();
    (numbers, head[3].clone(), lines.map(|line| line.try_into().unwrap()).collect())
}

#[test]
fn every_line_is_read_at_the_nearest_step() {
    let view = losses();
    let View::Curve(curve) = &view else { unreachable!() };
    let (_, place, values) = read(&view, 80.3 / 199.0, 0.5);
    assert!(place.ends_with(" 80"), "{place}");
    assert_eq!(values.len(), 3);
    for (series, [_, style, name, value]) in curve.series.iter().zip(&values) {
        assert_eq!(series.name, Name::Symbol(name.clone()));
        assert_eq!(*style, series.style.to_string());
        assert_eq!(*value, scene::format::number(series.y[80], Format::Significant(4)));
    }
}

#[test]
fn marks_lie_where_the_values_are_drawn() {
    let words = words();
    let style = Style { scale: 1.0, palette: scene::LIGHT, words: &words };
    for (view, count) in [(losses(), 3), (bars(), 2), (comb(), 5)] {
        let area = scene::layout(&view, SIZE.0, SIZE.1, &style).unwrap();
        let (line, _, values) = read(&view, 0.1, 0.5);
        assert!((area.left..=area.right).contains(&line[0]) && line[1] < line[2]);
        assert!(values.len() <= count && !values.is_empty(), "{values:?}");
        for [y, ..] in values {
            let y: f64 = y.parse().unwrap();
            assert!((line[1] - 1.0..=line[2] + 1.0).contains(&y), "{y} in {line:?}");
        }
    }
}

#[test]
fn a_map_is_read_cell_by_cell_and_a_picture_pixel_by_pixel() {
    let view = surface();
    let View::Heatmap(map) = &view else { unreachable!() };
    for (column, row) in [(0, 0), (63, 0), (20, 50), (63, 63)] {
        let (_, _, values) = read(&view, (f64::from(column) + 0.5) / 64.0, (f64::from(row) + 0.5) / 64.0);
        let expected = f64::from(map.values[(row * 64 + column) as usize]);
        assert_eq!(values[0][3], scene::format::number(expected, Format::Significant(4)));
    }
    let (_, place, _) = read(&picture(), 0.99, 0.99);
    assert_eq!(place, "x 7, y 3");
}

#[test]
fn outside_nothing_is_said_and_hostile_data_do_no_harm() {
    let words = words();
    let lines =
        |y: Vec<f64>| View::Curve(Curve { x: axis("x"), y: axis("y"), series: vec![series("a", 0, y)], cursor: None });
    let hostile = [vec![], vec![f64::NAN], vec![f64::INFINITY, 1.0], vec![1e308, -1e308], vec![0.0]].map(lines);
    for view in hostile.iter().chain(&[losses(), bars(), points(), surface(), comb(), picture(), proof(1.0)]) {
        for (x, y) in [(-1.0, -1.0), (1e9, 5.0), (f64::NAN, 5.0)] {
            assert_eq!(scene::reading(view, x, y, SIZE.0, SIZE.1, &words), "");
        }
        for (x, y) in [(0.0, 0.0), (100.0, 100.0), (343.0, 219.0)] {
            scene::reading(view, x, y, SIZE.0, SIZE.1, &words);
        }
        scene::table(view, "title", &words);
    }
}

#[test]
fn a_table_has_every_series_and_says_what_it_leaves_out() {
    let words = words();
    let table = scene::table(&losses(), "Three losses", &words);
    assert!(
        table.starts_with("<table class=\"table\"><caption>Three losses: loss (one row in 2)</caption>"),
        "{table}"
    );
    assert_eq!(table.matches("<th scope=\"col\" class=\"number\">").count(), 3, "{table}");
    // 200 steps in rows of every second.
    assert_eq!(table.matches("<tr>").count(), 101);
    let table = scene::table(&bars(), "Bars", &words);
    assert_eq!(table.matches("<tr>").count(), 5);
    assert!(table.contains("−0.013000"), "{table}");
    assert_eq!(scene::table(&picture(), "A picture", &words), "");
    let points: String = scene::table(&points(), "<b>", &words);
    assert!(points.contains("&lt;b&gt;"));
}
