import time
import unittest


class Shapes(unittest.TestCase):
    def test_area(self):
        begin = time.perf_counter()
        self.assertEqual(sum(range(20000)), 199990000)
        print(f"area took {time.perf_counter() - begin:.9f} s", file=__import__("sys").stderr)


if __name__ == "__main__":
    unittest.main()
