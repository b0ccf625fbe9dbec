//! Builds the static site: prose, words and the engine's own stills in, a folder of plain files out.
//!
//! Not a server and not a bundler: what it writes is HTML that reads well without scripts, beside the modules as they are;
//! the scripts are only read here, and `build.sh` makes one file of them. It works from any folder of any host, and the same sources give the same bytes.
//!
//! ```text
//! www/lessons/<id>.<language>.md, values.toml ─ values ───┐
//!                                  prose, markdown, tex ─┤
//! www/i18n/<language>.json ─ words ──────────────────────┼─ page ─ index.html, {en,zh}/index.html, {en,zh}/<id>/index.html
//! REGISTRY ─ manifest, figure (stills by scene) ─────────┘         lessons.json, {en,zh}/machine/index.html
//! www/style.css, www/icon.svg, www/fonts ─ assets ──────────────── style.css, icon.svg, fonts/
//! target/pkg ─────────────────────────────────────────────────── app/pkg/
//! src/data (what the manifests ask for) ──────────────────────── data/
//! ```
//!
//! `site --pkg target/pkg --out dist`. Anything missing or wrong ends the build with its file, its line and what to do.

mod assets;
#[cfg(test)]
mod claims;
mod figure;
mod html;
mod lint;
mod manifest;
mod markdown;
mod names;
mod page;
mod prose;
mod tex;
mod trouble;
mod values;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use assets::Files;
use figure::Figure;
use page::Page;
use prose::{Prose, Strings};
use serde_json::{Value, json};
use tensorscope::lessons::{Entry, REGISTRY};
use tensorscope::scene::{self, format};
use tensorscope::session::Run;
use tex::Tex;
use trouble::{Result, Trouble};
use values::Values;

/// A language of the site.
pub struct Language {
    /// Its folder and the suffix of its files.
    code: &'static str,
    /// Its tag in `lang`.
    tag: &'static str,
    /// Its name in `og:locale`.
    locale: &'static str,
    /// What it calls itself.
    name: &'static str,
}

/// The languages, the first of which is that of the first page's frame.
pub const LANGUAGES: [Language; 2] = [
    Language { code: "en", tag: "en", locale: "en_GB", name: "English" },
    Language { code: "zh", tag: "zh-Hans", locale: "zh_CN", name: "中文" },
];

/// Words that only pages with a lesson have; scripts may say them.
const OF_LESSONS: [&str; 2] = ["prediction.question", "prediction.reveal"];

/// Words that the pages themselves say.
const OF_PAGES: [&str; 17] = [
    "answer",
    "figure",
    "figure-of",
    "interview",
    "interview.deep",
    "interview.short",
    "lesson-number",
    "lessons",
    "numbers",
    "prediction",
    "site.description",
    "site.footer",
    "site.lead",
    "site.name",
    "site.title",
    "skip",
    "still",
];

/// Words that the page "how fast is your machine" says without its script.
const OF_MACHINE: [&str; 6] =
    ["machine.title", "machine.description", "machine.lead", "machine.rules", "machine.scripts", "machine.link"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ["--pkg", package, "--out", out] = texts.as_slice() else {
        eprintln!("site --pkg FOLDER --out FOLDER (./build.sh build calls it)");
        return ExitCode::from(2);
    };
    match build(Path::new("www"), Path::new(package)).and_then(|files| write(Path::new(out), &files)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("site: {trouble}");
            ExitCode::FAILURE
        }
    }
}

/// A lesson with its prose in every language.
struct Lesson {
    entry: &'static Entry,
    /// File and prose, in the order of [`LANGUAGES`].
    prose: Vec<(String, Prose)>,
    manifest: Value,
}

/// All files of the site.
fn build(www: &Path, package: &Path) -> Result<Files> {
    let mut tex = Tex::new();
    let site_words = site_words(www)?;
    let machine_words = machine_words(www, &site_words)?;
    let path = www.join("lessons/values.toml");
    let values = Values::parse(&path.display().to_string(), &assets::read(&path)?)?;
    let mut read = |entry| lesson(www, entry, &site_words[0], &values, &mut tex);
    let lessons = REGISTRY.iter().map(&mut read).collect::<Result<Vec<_>>>()?;

    let scripts = assets::scripts(www)?;
    for words in &machine_words {
        assets::all_said(&scripts, words, &OF_LESSONS)?;
    }
    let style = assets::read(&www.join("style.css"))? + &tex.style_sheet();
    let mut files = assets::package(package)?;
    let parts =
        scripts.values().map(String::as_bytes).chain([style.as_bytes()]).chain(files.values().map(Vec::as_slice));
    let version = assets::version(parts);
    files.insert("style.css".into(), style.into_bytes());
    files.insert("machine.css".into(), assets::read(&www.join("machine.css"))?.into_bytes());
    files.insert("icon.svg".into(), assets::read(&www.join("icon.svg"))?.into_bytes());
    files.extend(assets::fonts(&www.join("fonts"))?);

    for entry in REGISTRY {
        files.extend(assets::data(Path::new("src/data"), entry.manifest)?);
    }

    for (index, language) in LANGUAGES.iter().enumerate() {
        for (path, html) in pages(index, language, [&site_words[index], &machine_words[index]], &lessons, &version)? {
            files.insert(format!("{}/{path}index.html", language.code), html.into_bytes());
        }
    }
    let of_language =
        |index: usize| lessons.iter().map(|lesson| (lesson.entry.manifest.id, &lesson.prose[index].1)).collect();
    let languages: Vec<_> = site_words.iter().enumerate().map(|(index, words)| (words, of_language(index))).collect();
    files.insert("index.html".into(), page::landing(&languages, &version).into_bytes());
    let manifests: Vec<&Value> = lessons.iter().map(|lesson| &lesson.manifest).collect();
    files.insert("lessons.json".into(), format!("{:#}\n", json!({ "lessons": manifests })).into_bytes());
    Ok(files)
}

/// The words of the page in every language: the same keys in each, and none missing that the pages or the engine say.
fn site_words(www: &Path) -> Result<Vec<Strings>> {
    let mut all: Vec<(String, Strings)> = Vec::new();
    for language in &LANGUAGES {
        let path = www.join("i18n").join(format!("{}.json", language.code));
        let file = path.display().to_string();
        let words = words::parse(&file, &assets::read(&path)?)?;
        words::complete(&file, &words, OF_PAGES.into_iter().chain(scene::KEYS))?;
        if let Some((first_file, first)) = all.first() {
            words::same_keys((first_file, first), (&file, &words))?;
        }
        all.push((file, words));
    }
    Ok(all.into_iter().map(|(_, words)| words).collect())
}

/// The words of the page "how fast is your machine" in every language, over those of the site: no other page carries them.
fn machine_words(www: &Path, site_words: &[Strings]) -> Result<Vec<Strings>> {
    let read = |language: &Language| {
        let path = www.join("i18n").join(format!("machine.{}.json", language.code));
        let file = path.display().to_string();
        Ok((words::parse(&file, &assets::read(&path)?)?, file))
    };
    let all = LANGUAGES.iter().map(read).collect::<Result<Vec<_>>>()?;
    for ((own, file), site) in all.iter().zip(site_words) {
        words::same_keys((&all[0].1, &all[0].0), (file, own))?;
        words::complete(file, own, OF_MACHINE)?;
        words::apart(file, own, site)?;
    }
    Ok(all.iter().zip(site_words).map(|((own, _), site)| words::merge(site, own)).collect())
}

/// Reads a lesson's prose in every language; `site_words` are those of the page, in any of them.
fn lesson(www: &Path, entry: &'static Entry, site_words: &Strings, values: &Values, tex: &mut Tex) -> Result<Lesson> {
    let needed = words::needed(entry.manifest);
    let mut prose: Vec<(String, Prose)> = Vec::new();
    for language in &LANGUAGES {
        let path = www.join("lessons").join(format!("{}.{}.md", entry.manifest.id, language.code));
        let file = path.display().to_string();
        let text = values.fill(&file, entry.manifest.id, &assets::read(&path)?)?;
        let read = prose::parse(&file, &text, tex)?;
        for (line, state) in &read.acts {
            if let Some(problem) = Run::new(entry, state).take_notices().first() {
                return Err(Trouble::at(&file, *line, format!("the state \"{state}\" of a link: {problem}")));
            }
        }
        words::complete(&file, &read.strings, needed.iter().map(String::as_str))?;
        words::apart(&file, &read.strings, site_words)?;
        if let Some((first_file, first)) = prose.first() {
            words::same_keys((first_file, &first.strings), (&file, &read.strings))?;
        }
        prose.push((file, read));
    }
    let manifest = manifest::json(entry.manifest, &prose.iter().map(|(_, prose)| prose).collect::<Vec<_>>());
    Ok(Lesson { entry, prose, manifest })
}

/// The pages of one language: path inside its folder, and HTML.
fn pages(
    index: usize,
    language: &'static Language,
    [site_words, machine_words]: [&Strings; 2],
    lessons: &[Lesson],
    version: &str,
) -> Result<Vec<(String, String)>> {
    let titles: Vec<(&'static str, u32, &str)> = lessons
        .iter()
        .map(|lesson| (lesson.entry.manifest.id, &lesson.prose[index].1))
        .map(|(id, prose)| (id, prose.number, prose.title.as_str()))
        .collect();
    let frame = Page {
        language,
        words: site_words,
        path: "",
        title: &site_words["site.title"],
        description: &site_words["site.description"],
        version,
        lessons: &titles,
        manifest: None,
        script: "main.js",
        style: None,
        link: Some(["machine/", &machine_words["machine.link"]]),
    };
    let prose: Vec<_> = lessons.iter().map(|lesson| (lesson.entry.manifest.id, &lesson.prose[index].1)).collect();
    let mut pages = vec![(String::new(), frame.index(&prose))];
    for lesson in lessons {
        let (file, prose) = &lesson.prose[index];
        let mut words = words::merge(site_words, &prose.strings);
        words.insert("title".into(), prose.title.clone());
        let path = format!("{}/", lesson.entry.manifest.id);
        let title = format!("{} · {}", prose.question, site_words["site.name"]);
        let page = Page {
            words: &words,
            path: &path,
            title: &title,
            description: &prose.lead,
            manifest: Some(&lesson.manifest),
            link: None,
            ..frame
        };
        let html = lesson_page(&page, lesson.entry, prose).map_err(|(line, what)| match line {
            Some(line) => Trouble::at(file, line, what),
            None => Trouble::new(file, what),
        })?;
        pages.push((path, html));
    }
    let machine = Page {
        words: machine_words,
        path: "machine/",
        title: &machine_words["machine.title"],
        description: &machine_words["machine.description"],
        script: "machine.js",
        style: Some("machine.css"),
        link: None,
        ..frame
    };
    pages.push((machine.path.into(), machine.machine()));
    Ok(pages)
}

/// The page of a lesson, or what is wrong and at which line of its prose.
fn lesson_page(
    page: &Page,
    entry: &'static Entry,
    prose: &Prose,
) -> std::result::Result<String, (Option<usize>, String)> {
    let manifest = entry.manifest;
    let main = Figure { entry, words: page.words, state: "", still: manifest.still, views: &[] };
    let figure = main.html().map_err(|what| (None, what))?;
    let prediction = match &manifest.prediction {
        None => String::new(),
        Some(asked) => {
            let mut run = Run::new(entry, asked.state);
            while run.work(1000) > 0 {}
            let answer = run.answer().ok_or((None, "the lesson has no answer to its prediction".to_string()))?;
            let value = format::number(answer.value, answer.format);
            page.prediction(asked.options, asked.options[answer.option], &value)
        }
    };
    let body = page::body(&prose.body, |block| {
        let figure = Figure { entry, words: page.words, state: &block.state, still: &block.state, views: &block.views };
        figure.html().map_err(|what| (Some(block.line), what))
    })?;
    Ok(page.lesson(prose, &figure, &prediction, &body))
}

/// Writes the files into an empty or new folder.
fn write(out: &Path, files: &Files) -> Result<()> {
    for (path, bytes) in files {
        let path: PathBuf = out.join(path);
        let folder = path.parent().expect("a file stands in a folder");
        fs::create_dir_all(folder).map_err(|error| Trouble::io(folder, &error))?;
        fs::write(&path, bytes).map_err(|error| Trouble::io(&path, &error))?;
    }
    Ok(())
}
