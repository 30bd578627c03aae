"""Several acts at the same moment, each over a connection of its own: for tests marked with transaction=True."""

import threading

from django.db import connections


def together(*acts):
    """Run the acts at once; answers what each gave or raised."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        barrier.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]
