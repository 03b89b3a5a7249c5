#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hearth_sio::fuzzing::engine_session(std::time::Instant::now(), data));
