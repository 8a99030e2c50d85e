"""A room full of people and one machine: who is there, whose turn it is, what is asked of them.

    queue = Queue(Path("outputs/workshops/2026-11-23"))
    person, secret = queue.join("renard", "fr")
    queue.submit(person.id, "its key", [Settings(prompt="un bateau rouge sur la mer")])
    with LocalEngine(queue.store) as engine, Service(queue, engine):
        ...

Nothing here imports torch, and nothing knows of pages: those are `app/workshop`.
"""
