//! The stages on files, and on live SQLite databases.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::cli::demo;

#[test]
fn stages_are_listed_and_an_error_fails() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tidegate.toml");
    let server = "[sources.a]\nurl = \"sqlite:${env:TIDEGATE_TEST_UNSET}\"\ndialect = \"sqlite\"\n\
                  [services.s]\nmodel = \"m.toml\"\n";
    std::fs::write(&path, server).unwrap();
    let model = "namespace = \"N\"\n[[entity_set]]\nname = \"Case\"\ntable = \"t\"\nkey = [\"Id\"]\n\
                 properties = [{ name = \"Id\", type = \"Int32\" }]\n";
    std::fs::write(dir.path().join("m.toml"), model).unwrap();
    let run = || {
        let mut out = Vec::new();
        let outcome = run_offline(&path, false, &mut out).unwrap();
        (outcome, String::from_utf8(out).unwrap())
    };
    let (outcome, text) = run();
    assert_eq!((outcome, outcome.exit_code()), (Outcome { errors: 0, warnings: 2 }, 0), "{text}");
    let stages = "syntax           1 warning\nnames            ok\ntypes            ok\nSalesforce lint  1 warning\n";
    assert!(text.starts_with(stages), "{text}");
    std::fs::write(dir.path().join("m.toml"), model.replace("\"Id\"]", "\"Ix\"]")).unwrap();
    let (outcome, text) = run();
    assert_eq!(outcome.exit_code(), 1, "{text}");
    assert!(text.contains("names            1 error\n") && text.contains("m.toml:5:8"), "{text}");
}

#[test]
fn the_demonstration_has_no_errors() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(demo::CONFIG_FILE), demo::CONFIG).unwrap();
    std::fs::write(dir.path().join(demo::MODEL_FILE), demo::MODEL).unwrap();
    let mut out = Vec::new();
    let outcome = run_offline(&dir.path().join(demo::CONFIG_FILE), false, &mut out).unwrap();
    assert_eq!(outcome.errors, 0, "{}", String::from_utf8_lossy(&out));
}
