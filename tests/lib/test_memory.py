"""A process remembers what it used last, and not more than it is told to."""

from ace_portal.lib.memory import Memory, forget


def test_memory_keeps_what_was_used_last():
    memory = Memory[str](2)
    memory.put("a", "first")
    memory.put("b", "second")
    memory.get("a")
    memory.put("c", "third")

    assert [memory.get(key) for key in "abc"] == ["first", None, "third"]


def test_forgotten_is_gone_from_every_memory():
    memories = [Memory[int](1), Memory[int](1)]
    for memory in memories:
        memory.put("key", 1)

    forget()

    assert [memory.get("key") for memory in memories] == [None, None]
