//! Tests invariants of a connection under any sequence of events.
use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, failure_persistence: None, ..ProptestConfig::default() })]

    // behavior 16.1
    // [non-spec] With the defaults and a GET, the contract is the standard's.
    #[test]
    fn the_connection_does_what_the_contract_says(
        options in any_options(),
        happenings in vec((happening(), random()), 0..40),
    ) {
        let mut connection = Connection::new(options.clone(), drawn);
        let mut model = Model::new(options);
        for (happening, random) in happenings {
            model.step(&mut connection, &happening, random);
        }
    }

    // [non-spec] This test does not use the contract. Like a driver, it knows only after which
    // actions a timer runs.
    #[test]
    fn a_request_that_is_not_a_get_is_fetched_once_unless_repeating_is_permitted(
        options in any_options(),
        happenings in vec((happening(), random()), 0..40),
    ) {
        let permitted_at_end = options.end == Some(EndOfBody::Reconnect);
        let options = Options { is_get: false, reconnect: Reconnect::Standard, ..options };
        let mut connection = Connection::new(options, drawn);
        let (mut fetches, mut waiting, mut permissions) = (1, false, 0);
        for (happening, random) in happenings {
            // Skips a timer that does not run, the result of a probe that was not sent, and a
            // change to GET.
            if matches!(happening, Happening::WaitIsOver) && !waiting
                || matches!(happening, Happening::Probe { .. } | Happening::Request(RequestHead { is_get: true, .. }))
            {
                continue;
            }
            let action = happening.perform(&mut connection, random);
            if matches!(happening, Happening::EndOfBody) && permitted_at_end {
                permissions += 1;
            }
            waiting = matches!(action, Action::ReestablishConnection(_));
            fetches += i32::from(action == Action::Fetch);
            prop_assert!(fetches <= 1 + permissions, "{fetches} fetches with {permissions} permissions");
        }
    }

    // [non-spec]
    #[test]
    fn nothing_is_fetched_again_if_retries_are_forbidden(
        options in any_options(),
        happenings in vec((happening(), random()), 0..40),
    ) {
        let mut connection = Connection::new(Options { reconnect: Reconnect::Never, ..options }, drawn);
        for (happening, random) in happenings {
            if !matches!(happening, Happening::WaitIsOver | Happening::Probe { .. }) {
                let action = happening.perform(&mut connection, random);
                prop_assert!(!matches!(action, Action::Fetch | Action::ReestablishConnection(_)), "{action:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    // [non-spec]
    #[test]
    fn nothing_follows_the_last_action_and_a_closed_connection_never_opens(
        options in any_options(),
        happenings in vec((happening(), random()), 0..60),
    ) {
        let mut connection = Connection::new(options, drawn);
        let mut is_over = false;
        for (happening, random) in happenings {
            let action = happening.perform(&mut connection, random);
            if is_over {
                prop_assert_eq!(action, Action::Nothing, "{:?}", happening);
            }
            is_over |= matches!(action, Action::FailConnection(_) | Action::CloseConnection)
                || matches!(happening, Happening::Close);
            prop_assert_eq!(connection.ready_state() == ReadyState::Closed, is_over, "{:?}", happening);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    // [non-spec]
    #[test]
    fn any_sequence_of_events_follows_the_contract(bytes in vec(any::<u8>(), 0..96)) {
        play(&bytes);
    }
}

/// The corpus contains the shortest inputs that cover each path through the connection, and the
/// inputs that found errors which had been put into the code on purpose.
#[test]
fn the_fuzz_corpus_follows_the_contract() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/connection");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty(), "the corpus is empty");
    for file in files {
        println!("{}", file.display());
        play(&fs::read(file).unwrap());
    }
}
