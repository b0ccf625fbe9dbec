//! The exported table beside the figure: after whatever a reader does, each row holds the numbers that the figure shows at that
//! step.

use super::{go, readout, run};
use tensorscope::session::Run;

/// The rows of the metrics: the numbers behind the step.
fn rows(csv: &str) -> Vec<Vec<f64>> {
    let table = csv.split("\n\n").next().expect("a table");
    let numbers = |line: &str| line.split(',').skip(1).map(|field| field.parse().expect("a number")).collect();
    table.lines().skip(1).map(numbers).collect()
}

/// Whether the table says what the figure says; it writes every NaN alike.
fn same(exported: f64, shown: f64) -> bool {
    exported.to_bits() == shown.to_bits() || exported.is_nan() && shown.is_nan()
}

/// Goes to every step that is recorded and compares its row, bit for bit; then goes back to where the figure stood.
fn assert_rows(figure: &mut Run, what: &str) {
    let (stood, csv) = (figure.step(), figure.csv());
    let manifest = figure.entry().manifest;
    let table = rows(&csv);
    assert_eq!(table.len(), figure.furthest() as usize + 1, "{what}");
    let mut compared = 0;
    for (step, row) in (0..).zip(&table) {
        go(figure, step);
        let mut shown = vec![0.0; row.len()];
        figure.lesson().metrics(&mut shown);
        let readouts = figure.lesson().readouts(figure.at());
        for ((metric, exported), shown) in manifest.metrics.iter().zip(row).zip(&shown) {
            assert!(same(*exported, *shown), "{what}: {} at {step}: {exported}, {shown}", metric.id);
            // Metrics are recorded at some steps only; a readout is there at each.
            if let Some(readout) = readouts.iter().find(|one| one.id == metric.id && exported.is_finite()) {
                assert!(same(*exported, readout.value), "{what}: {} at {step}: {}", metric.id, readout.value);
                compared += 1;
            }
        }
    }
    assert!(compared > 0 || manifest.id == "receptive-field", "{what}: nothing compared");
    go(figure, stood);
    assert_eq!(figure.csv(), csv, "{what}: the table, after going through it");
}

#[test]
fn a_row_is_what_the_figure_shows_at_its_step() {
    // Addresses, among them such that edit at a late step what holds from the first.
    for (lesson, state) in [
        ("ema", "preset=spike&beta=0.5&step=100&at=50:theta_20:1e30"),
        ("ema", "preset=steps&step=60&at=10:theta_3:-7;10:theta_55:nan;59:theta_3:8"),
        ("ema", "preset=adam&beta1=0.5&step=40"),
        ("ema", "preset=network&at=20:lr:0.05&step=60"),
        ("ema", "preset=network&beta=0.5&average=first&step=45"),
        ("backprop", "preset=xor&at=3:w1_1_1:2;5:x1_1:0.5;7:break:sum;9:point:0.5,0.5,1&step=20"),
        ("backprop", "preset=mazur&at=4:t1_1:0.5;6:train_bias:1;8:lr:2&step=20"),
        ("receptive-field", "stack=input24x24x3+conv3x4p1+relu+conv3x4p1&step=4&at=2:unit:0,3"),
        ("receptive-field", "stack=input24x24x3+conv3x4p1+relu+conv3x4p1&step=3&at=1:paint:3,5,5;2:unit_row:1"),
    ] {
        assert_rows(&mut run(lesson, state), state);
    }
    assert_eq!(
        readout(&run("ema", "preset=spike&beta=0.5&step=30&at=50:theta_20:1e30"), "theta_30"),
        40.0,
        "an outlier that is edited elsewhere"
    );
    assert_eq!(readout(&run("ema", "preset=spike&beta=0.5&step=20&at=50:theta_20:1e30"), "v"), 5e29);
}

#[test]
fn what_is_done_on_the_way_is_in_the_table() {
    /// What a reader does.
    enum Act {
        Seek(u32),
        Set(&'static str, &'static str),
        Edit(&'static str, &'static str),
    }
    use Act::*;
    let table: &[(&str, &str, &[Act])] = &[
        ("ema", "step=80", &[Set("beta", "0.5"), Seek(30), Set("beta", "0.98"), Seek(100), Seek(10), Seek(100)]),
        (
            "ema",
            "step=50",
            &[Edit("theta_20", "99"), Seek(10), Edit("theta_5", "-3"), Seek(70), Edit("theta_60", "nan")],
        ),
        (
            "ema",
            "preset=adam&step=60",
            &[Set("beta2", "0.9"), Seek(20), Set("beta1", "0"), Seek(64), Seek(3), Seek(64)],
        ),
        ("ema", "preset=network&step=45", &[Set("beta", "0.5"), Seek(21), Set("average", "zero"), Seek(60), Seek(5)]),
        ("ema", "preset=zero&step=40", &[Seek(20), Set("lr", "0.1"), Seek(41), Set("beta", "0.9"), Seek(19), Seek(60)]),
        (
            "backprop",
            "preset=circles&step=30",
            &[Seek(10), Set("lr", "3"), Seek(25), Set("break", "no_slope"), Seek(5), Edit("w1_1_1", "1"), Seek(30)],
        ),
        ("backprop", "preset=relu&step=12", &[Edit("point", "0.1,0.2"), Set("form", "matrix"), Seek(4), Seek(20)]),
        (
            "receptive-field",
            "stack=input24x24x3+conv3x4p1+relu+conv3x4p1&step=4",
            &[Edit("point", "3,4"), Seek(1), Set("heat", "0"), Edit("paint", "5,5"), Seek(5), Set("channels", "half")],
        ),
    ];
    for (lesson, state, acts) in table {
        let mut figure = run(lesson, state);
        for (nth, act) in acts.iter().enumerate() {
            match act {
                Seek(step) => go(&mut figure, *step),
                Set(id, text) => assert_eq!(figure.set(id, text), None, "{lesson} {state}"),
                Edit(id, text) => assert_eq!(figure.edit(id, text), None, "{lesson} {state}"),
            }
            figure.work(u32::MAX);
            assert_rows(&mut figure, &format!("{lesson} {state} after act {nth}"));
        }
    }
}
