#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hearth_sio::fuzzing::websocket(data));
