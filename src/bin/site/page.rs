//! The pages as HTML: what stands around the figures.
//!
//! Every link is relative, so the site works from any folder of any host; the policy in the head allows this site's own files
//! and nothing else, neither inline script nor inline style. A page reads well without scripts.

use serde_json::{Value, json};

use crate::html::{self, escape};
use crate::markdown::Piece;
use crate::prose::{Prose, Strings};
use crate::{LANGUAGES, Language};

/// What a page may do. The scripts need WebAssembly, and one Trusted Types policy.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; font-src 'self'; \
                      img-src 'self' blob:; worker-src 'self' blob:; require-trusted-types-for 'script'; trusted-types tensorscope; base-uri 'none'; \
                      form-action 'none'";

/// The mark beside the name, in the colours of the theme; `www/icon.svg` is the same for the browser's tab.
const LOGO: &str = r#"<svg class="logo" viewBox="0 0 28 28" width="28" height="28" fill="none" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="1.5" y="1.5" width="25" height="25" rx="6.5" stroke="currentColor"/><path d="M5 15h3l3-8 5 14 3.5-9 1.5 3h2" stroke="var(--accent)"/></svg>"#;

/// What every page knows.
pub struct Page<'a> {
    /// Its language.
    pub language: &'static Language,
    /// Its words.
    pub words: &'a Strings,
    /// Path inside the language's folder: empty, or `id/`.
    pub path: &'a str,
    /// Title of the document.
    pub title: &'a str,
    /// One or two sentences for search engines and previews.
    pub description: &'a str,
    /// Changes whenever a style sheet or script does.
    pub version: &'a str,
    /// Id, number and title of every lesson.
    pub lessons: &'a [(&'static str, u32, &'a str)],
    /// Manifest of the page's lesson, if it has one.
    pub manifest: Option<&'a Value>,
    /// Its script, in `app/`.
    pub script: &'static str,
    /// A style sheet beside that of every page.
    pub style: Option<&'static str>,
    /// What its footer leads to beside its sentence: address inside the language's folder, and text.
    pub link: Option<[&'a str; 2]>,
}

impl Page<'_> {
    /// The way from here to the folder of the whole site.
    fn root(&self) -> &'static str {
        if self.path.is_empty() { "../" } else { "../../" }
    }

    fn say<'s>(&'s self, key: &'s str) -> &'s str {
        self.words.get(key).map_or(key, String::as_str)
    }

    /// The whole document around `main`.
    pub fn document(&self, main: &str) -> String {
        let root = self.root();
        let alternates: String = LANGUAGES
            .iter()
            .map(|language| {
                let Language { code, tag, .. } = language;
                format!("<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{root}{code}/{path}\">\n", path = self.path)
            })
            .collect();
        let data = json!({
            "lang": self.language.code,
            "lesson": self.manifest,
            "words": self.words,
            "root": root,
        });
        let version = self.version;
        let style = self.style.map(|file| format!("<link rel=\"stylesheet\" href=\"{root}{file}?v={version}\">\n"));
        let head = head(self.title, self.description, root, version) + style.as_deref().unwrap_or("");
        format!(
            "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n{head}{alternates}\
             <meta property=\"og:locale\" content=\"{locale}\">\n\
             <script type=\"module\" src=\"{root}app/{script}?v={version}\"></script>\n</head>\n<body>\n\
             {header}<main id=\"content\">\n{main}</main>\n{footer}\
             <script type=\"application/json\" id=\"tensorscope\">{data}</script>\n</body>\n</html>\n",
            tag = self.language.tag,
            locale = self.language.locale,
            script = self.script,
            header = self.header(),
            footer = footer(self.say("site.footer"), self.link),
            data = html::json(&data),
        )
    }

    /// Brand, lessons, the same page in the other languages, the place of the theme button.
    fn header(&self) -> String {
        let root = self.root();
        let code = self.language.code;
        let lessons: String = self
            .lessons
            .iter()
            .map(|(id, number, title)| {
                let here = if format!("{id}/") == self.path { " aria-current=\"page\"" } else { "" };
                format!("<li><a href=\"{root}{code}/{id}/\"{here}>{number} {title}</a></li>", title = escape(title))
            })
            .collect();
        let languages: String = LANGUAGES
            .iter()
            .filter(|language| language.code != code)
            .map(|Language { code, tag, name, .. }| {
                format!(
                    "<a class=\"language\" href=\"{root}{code}/{path}\" lang=\"{tag}\" hreflang=\"{tag}\">{name}</a>",
                    path = self.path
                )
            })
            .collect();
        format!(
            "<a class=\"skip\" href=\"#content\">{skip}</a>\n<header>\n\
             <a class=\"brand\" href=\"{root}{code}/\">{LOGO}{name}</a>\n\
             <nav aria-label=\"{label}\"><ol>{lessons}</ol></nav>\n{languages}\n<span class=\"theme\" hidden></span>\n</header>\n",
            skip = escape(self.say("skip")),
            name = escape(self.say("site.name")),
            label = escape(self.say("lessons")),
        )
    }

    /// The page of a lesson: the question, the figure, the prediction, the text, the interview card.
    pub fn lesson(&self, prose: &Prose, figure: &str, prediction: &str, body: &str) -> String {
        let number = self.say("lesson-number").replace("{n}", &prose.number.to_string());
        let interview = &prose.interview;
        self.document(&format!(
            "<p class=\"eyebrow\">{number} · {subject}</p>\n<h1>{question}</h1>\n<p class=\"lead\">{lead}</p>\n{figure}{prediction}\
             <article>\n{body}\
             <section class=\"interview\">\n<h2>{heading}</h2>\n<p class=\"question\">{asked}</p>\n\
             <details><summary>{short_label}</summary>\n{short}</details>\n\
             <details><summary>{deep_label}</summary>\n{deep}</details>\n</section>\n</article>\n",
            number = escape(&number),
            subject = escape(&prose.subject),
            question = escape(&prose.question),
            lead = escape(&prose.lead),
            heading = escape(self.say("interview")),
            asked = escape(&interview.question),
            short_label = escape(self.say("interview.short")),
            short = interview.short,
            deep_label = escape(self.say("interview.deep")),
            deep = interview.deep,
        ))
    }

    /// The prediction, as it reads without scripts: the question, the answers to choose from, and the right one behind a click.
    pub fn prediction(&self, options: &[&str], option: &str, value: &str) -> String {
        let options: String = options.iter().map(|option| format!("<li>{}</li>", escape(self.say(option)))).collect();
        let reveal = self.say("prediction.reveal").replace("{option}", self.say(option)).replace("{value}", value);
        format!(
            "<section class=\"prediction\" aria-label=\"{label}\">\n<p><small>{label}</small> {question}</p>\n<ul>{options}</ul>\n\
             <details><summary>{answer}</summary><p>{reveal}</p></details>\n</section>\n",
            label = escape(self.say("prediction")),
            question = escape(self.say("prediction.question")),
            answer = escape(self.say("answer")),
            reveal = escape(&reveal),
        )
    }

    /// The page "how fast is your machine": its script fills the section.
    pub fn machine(&self) -> String {
        self.document(&format!(
            "<h1>{title}</h1>\n<p class=\"lead\">{lead}</p>\n<article>\n<p>{rules}</p>\n</article>\n\
             <section class=\"machine\" aria-label=\"{title}\"><p>{scripts}</p></section>\n",
            title = escape(self.say("machine.title")),
            lead = escape(self.say("machine.lead")),
            rules = escape(self.say("machine.rules")),
            scripts = escape(self.say("machine.scripts")),
        ))
    }

    /// The list of all lessons in one language.
    pub fn index(&self, prose: &[(&'static str, &Prose)]) -> String {
        self.document(&format!(
            "<h1>{title}</h1>\n<p class=\"lead\">{lead}</p>\n{list}",
            title = escape(self.say("site.title")),
            lead = escape(self.say("site.lead")),
            list = list(prose, ""),
        ))
    }
}

/// The first page: both languages, nothing chosen for the reader. `languages` has the words and the lessons of each.
pub fn landing(languages: &[(&Strings, Vec<(&'static str, &Prose)>)], version: &str) -> String {
    let say = |words: &Strings, key: &str| escape(words.get(key).map_or(key, String::as_str));
    let parts: String = LANGUAGES
        .iter()
        .zip(languages)
        .map(|(Language { code, tag, name, .. }, (words, prose))| {
            format!(
                "<section lang=\"{tag}\">\n<h2><a href=\"{code}/\" hreflang=\"{tag}\">{name}</a></h2>\n<p class=\"lead\">{lead}</p>\n{list}</section>\n",
                lead = say(words, "site.lead"),
                list = list(prose, &format!("{code}/")),
            )
        })
        .collect();
    let alternates: String = LANGUAGES
        .iter()
        .map(|Language { code, tag, .. }| format!("<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{code}/\">\n"))
        .collect();
    let words = languages[0].0;
    format!(
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n{head}{alternates}</head>\n<body>\n\
         <main id=\"content\" class=\"landing\">\n<h1>{name}</h1>\n{parts}</main>\n{footer}</body>\n</html>\n",
        tag = LANGUAGES[0].tag,
        head = head(&words["site.title"], &words["site.description"], "", version),
        name = say(words, "site.name"),
        footer = footer(&words["site.footer"], None),
    )
}

/// What stands in the head of every page.
fn head(title: &str, description: &str, root: &str, version: &str) -> String {
    let (title, description) = (escape(title), escape(description));
    format!(
        "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <meta name=\"description\" content=\"{description}\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta property=\"og:type\" content=\"article\">\n<meta property=\"og:title\" content=\"{title}\">\n\
         <meta property=\"og:description\" content=\"{description}\">\n\
         <link rel=\"icon\" href=\"{root}icon.svg\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"{root}style.css?v={version}\">\n"
    )
}

fn footer(text: &str, link: Option<[&str; 2]>) -> String {
    let link = link.map(|[href, text]| format!("<p><a href=\"{href}\">{}</a></p>\n", escape(text)));
    format!("<footer>\n<p>{}</p>\n{}</footer>\n", escape(text), link.as_deref().unwrap_or(""))
}

/// The lessons, each with its question and its two sentences; `base` is the way to the folder of their language.
fn list(prose: &[(&'static str, &Prose)], base: &str) -> String {
    let items: String = prose
        .iter()
        .map(|(id, prose)| {
            format!(
                "<li value=\"{number}\"><a href=\"{base}{id}/\">{question}</a><p>{lead}</p></li>\n",
                number = prose.number,
                question = escape(&prose.question),
                lead = escape(&prose.lead)
            )
        })
        .collect();
    format!("<ol class=\"lessons\">\n{items}</ol>\n")
}

/// The text of a page, with its figures drawn by `figure`.
pub fn body<E>(
    pieces: &[Piece],
    mut figure: impl FnMut(&crate::markdown::FigureBlock) -> Result<String, E>,
) -> Result<String, E> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Html(html) => Ok(html.clone()),
            Piece::Figure(block) => figure(block),
        })
        .collect()
}
