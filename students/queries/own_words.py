"""What everybody could guess of a student: no part of a password (rulebook 8.2)."""

from typing import Any

from students.models import Student


def own_words(user: Any) -> list[str]:
    """Digits of birthday, ID number and telephone of the student whose account it is."""
    student = Student.objects.filter(user=user).first()
    if student is None:
        return []
    words = [student.student_no, student.phone, student.phone[-4:], student.id_last4]
    if student.born_on is not None:
        words += [student.born_on.strftime("%Y%m%d"), student.born_on.strftime("%y%m%d")]
    number = student.id_number()
    return [*words, number[-6:], number]
