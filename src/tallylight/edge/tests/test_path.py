from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tallylight.edge import stamp
from tallylight.edge.path import Path, PathRow, mean_difference

MS = 1_000_000
S = 1_000_000_000
WALL = 1_795_397_700 * S
TIMEOUT = 1500 * MS


class Network:
    """A path over a network that does as told, on a clock of its own, with a stateful reflector at the far end."""

    def __init__(self, *, stateful: bool = True) -> None:
        self.path = Path("fra-1", pps=10, timeout_ns=TIMEOUT, stateful=stateful)
        self.now = 0
        self.wall = WALL
        self.reflected = 0

    def send(self) -> tuple[int, int]:
        timestamp = stamp.ntp(self.wall + self.now)
        return self.path.send(timestamp, self.wall + self.now, self.now), timestamp

    def reflect(
        self, packet: tuple[int, int], *, residence: int = 0, estimate: int = stamp.UNSYNCHRONISED
    ) -> stamp.Reply:
        t2 = WALL + self.now + 77 * S  # the far clock is its own
        self.reflected += 1
        return stamp.Reply(self.reflected - 1, t2, t2 + residence, estimate, packet[0], packet[1], 64)

    def deliver(self, reply: stamp.Reply) -> bool:
        return self.path.reply(reply, self.wall + self.now, self.now)

    def round_trip(self, took: int = 10 * MS) -> None:
        packet = self.send()
        reply = self.reflect(packet)
        self.now += took
        self.deliver(reply)
        self.now += 100 * MS - took

    def close(self, *, after: int = 0) -> PathRow:
        self.now += after
        return self.path.close(self.now, None)


def test_a_quiet_second_is_all_received() -> None:
    network = Network()
    for _ in range(10):
        network.round_trip(180 * MS // 10)
    row = network.close()
    assert (row.sent, row.received, row.lost, row.late, row.duplicated, row.reordered) == (10, 10, 0, 0, 0, 0)
    assert row.rtts_us == [18_000] * 10
    assert (row.silent_ms, row.jitter_us, row.clock_error_us) == (0, 0, None)


def test_residence_at_the_reflector_is_not_the_networks() -> None:
    network = Network()
    reply = network.reflect(network.send(), residence=30 * MS)
    network.now += 50 * MS
    assert network.deliver(reply)
    assert network.close().rtts_us == [20_000]


def test_a_residence_that_cannot_be_is_left_out() -> None:
    network = Network()
    reply = network.reflect(network.send(), residence=-30 * MS)
    network.now += 50 * MS
    network.deliver(reply)
    assert network.close().rtts_us == [50_000]


def test_a_packet_is_lost_only_when_its_timeout_has_passed() -> None:
    network = Network()
    network.send()
    assert network.close(after=TIMEOUT - 1).lost == 0
    assert network.close(after=1).lost == 1
    assert network.close(after=S).lost == 0


def test_a_late_packet_is_late_and_its_latency_is_seen() -> None:
    network = Network()
    reply = network.reflect(network.send())
    assert network.close(after=1700 * MS).lost == 1
    network.now += 100 * MS
    network.deliver(reply)
    row = network.close()
    assert (row.lost, row.late, row.received) == (0, 1, 0)
    assert row.rtts_us == [1_800_000]


def test_a_late_packet_is_lost_and_late_within_one_second() -> None:
    network = Network()
    reply = network.reflect(network.send())
    network.now += TIMEOUT + 1
    network.deliver(reply)
    row = network.close()
    assert (row.lost, row.late, row.received) == (1, 1, 0)


def test_a_reply_in_time_that_was_read_late_is_in_time() -> None:
    network = Network()
    reply = network.reflect(network.send())
    arrival = network.wall + 20 * MS
    network.now += TIMEOUT + S  # the process was kept from running; the kernel stamped the arrival
    network.path.reply(reply, arrival, network.now)
    row = network.close()
    assert (row.received, row.lost, row.late, row.rtts_us) == (1, 0, 0, [20_000])


def test_duplicates_are_neither_received_nor_sampled() -> None:
    network = Network()
    packet = network.send()
    for _ in range(3):
        network.deliver(network.reflect(packet))
    row = network.close(after=TIMEOUT)
    assert (row.received, row.duplicated, row.lost, len(row.rtts_us)) == (1, 2, 0, 1)


def test_reordering_is_not_loss() -> None:
    network = Network()
    replies = [network.reflect(network.send()) for _ in range(3)]
    for reply in (replies[0], replies[2], replies[1]):
        network.deliver(reply)
    row = network.close(after=TIMEOUT)
    assert (row.received, row.reordered, row.lost) == (3, 1, 0)


def test_loss_is_told_apart_by_direction() -> None:
    network = Network()
    network.deliver(network.reflect(network.send()))
    for _ in range(3):
        network.send()  # never reaches the reflector
    for _ in range(2):
        network.reflect(network.send())  # reflected, and lost on the way back
    network.deliver(network.reflect(network.send()))
    row = network.close(after=TIMEOUT)
    assert (row.lost, row.lost_forward, row.lost_backward) == (5, 3, 2)


def test_a_dead_path_accuses_no_direction_until_it_lives() -> None:
    network = Network()
    network.deliver(network.reflect(network.send()))
    for _ in range(4):
        network.send()
    row = network.close(after=TIMEOUT)
    assert (row.lost, row.lost_forward, row.lost_backward) == (4, 0, 0)
    network.deliver(network.reflect(network.send()))
    row = network.close(after=TIMEOUT)
    assert (row.lost_forward, row.lost_backward) == (4, 0)


def test_a_stateless_reflector_accuses_no_direction() -> None:
    network = Network(stateful=False)
    network.deliver(network.reflect(network.send()))
    network.send()
    network.deliver(network.reflect(network.send()))
    row = network.close(after=TIMEOUT)
    assert (row.lost, row.lost_forward, row.lost_backward) == (1, 0, 0)


def test_a_reflector_that_starts_anew_accuses_no_direction() -> None:
    network = Network()
    for _ in range(5):
        network.deliver(network.reflect(network.send()))
    network.send()
    network.reflected = 0
    network.deliver(network.reflect(network.send()))
    row = network.close(after=TIMEOUT)
    assert (row.lost, row.lost_forward, row.lost_backward) == (1, 0, 0)


def test_silence_is_time_since_the_last_reply_while_something_is_unanswered() -> None:
    network = Network()
    network.round_trip()
    assert network.close(after=5 * S).silent_ms == 0
    network.send()
    assert network.close(after=700 * MS).silent_ms == 700
    network.send()
    assert network.close(after=1300 * MS).silent_ms == 2000
    network.deliver(network.reflect(network.send()))
    assert network.close(after=MS).silent_ms == 0


def test_a_slow_path_is_not_silent() -> None:
    network = Network()
    waiting: list[stamp.Reply] = []
    for _ in range(40):
        waiting.append(network.reflect(network.send()))
        if len(waiting) > 20:  # two seconds under way
            network.deliver(waiting.pop(0))
        network.now += 100 * MS
    assert network.close().silent_ms <= 200


def test_packets_in_flight_at_a_move_are_received_but_never_lost() -> None:
    network = Network()
    network.round_trip()
    in_flight = [network.send() for _ in range(3)]
    reply = network.reflect(in_flight[0])
    network.path.move()
    assert network.deliver(reply)
    network.reflected = 0
    for _ in range(20):
        network.round_trip()
    row = network.close(after=TIMEOUT)
    assert (row.sent, row.received, row.lost) == (24, 22, 0)
    assert (row.lost_forward, row.lost_backward) == (0, 0)


def test_a_clock_that_is_set_changes_no_round_trip() -> None:
    for step in (3600 * S, -3600 * S, 5 * MS * 10):
        network = Network()
        packet = network.send()
        network.wall += step
        network.path.clock_stepped(step)
        network.now += 40 * MS
        network.deliver(network.reflect(packet))
        network.round_trip()
        assert network.close().rtts_us == [40_000, 10_000]


def test_a_clock_that_was_set_unnoticed_is_overruled_by_the_monotonic_one() -> None:
    for step in (-3600 * S, 3600 * S):
        network = Network()
        packet = network.send()
        network.wall += step
        network.now += 40 * MS
        network.deliver(network.reflect(packet))
        assert network.close().rtts_us == [40_000]


def test_what_was_never_sent_is_stray() -> None:
    network = Network()
    sequence, timestamp = network.send()
    assert not network.deliver(stamp.Reply(0, 0, 0, 1, sequence + 1, timestamp, 64))
    assert not network.deliver(stamp.Reply(0, 0, 0, 1, sequence, timestamp + 1, 64))
    assert network.close().received == 0


def test_both_clocks_errors_add_up() -> None:
    network = Network()
    network.deliver(network.reflect(network.send(), estimate=stamp.error_estimate(250)))
    row = network.path.close(network.now, 100)
    assert row.clock_error_us is not None
    assert 350 <= row.clock_error_us <= 356


def test_jitter_is_the_mean_difference_of_successive_samples() -> None:
    assert [mean_difference(rtts) for rtts in ([], [5], [10, 20, 10, 40])] == [0, 0, 17]


fates = st.lists(
    st.tuples(st.sampled_from(["answered", "forward", "backward"]), st.integers(1, 2), st.integers(0, 3000)),
    max_size=80,
)


@given(fates)
@settings(deadline=None)
def test_every_packet_is_received_or_lost_in_the_end(packets: list[tuple[str, int, int]]) -> None:
    """Whatever the order of arrival: sent = received + lost, late ones are among the lost, and directions never exceed
    loss.
    """
    network = Network()
    arrivals: list[tuple[int, stamp.Reply]] = []
    rows: list[PathRow] = []
    for fate, copies, delay_ms in packets:
        packet = network.send()
        if fate != "forward":
            replies = [network.reflect(packet) for _ in range(copies)]
            if fate == "answered":
                arrivals += [(network.now + delay_ms * MS, reply) for reply in replies]
        network.now += 100 * MS
        for due, reply in sorted(arrivals, key=lambda arrival: arrival[0]):
            if due <= network.now:
                network.path.reply(reply, network.wall + due, network.now)
        arrivals = [arrival for arrival in arrivals if arrival[0] > network.now]
        if network.now % S == 0:
            rows.append(network.close())
    end = network.now
    for due, reply in sorted(arrivals, key=lambda arrival: arrival[0]):
        network.now = max(due, end)
        network.path.reply(reply, network.wall + due, network.now)
    rows.append(network.close(after=4 * S))
    count = {
        name: sum(getattr(row, name) for row in rows) for name in ("sent", "received", "lost", "late", "lost_forward")
    }
    assert count["sent"] == len(packets) == count["received"] + count["lost"]
    answered = sum(fate == "answered" for fate, _, _ in packets)
    assert count["received"] + count["late"] == answered
    assert sum(len(row.rtts_us) for row in rows) == answered
    assert count["lost_forward"] + sum(row.lost_backward for row in rows) <= count["lost"]
