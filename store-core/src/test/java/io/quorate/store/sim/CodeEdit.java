package io.quorate.store.sim;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One deliberate change of the compiled product: a method that answers something else, a call that
 * is left out, or one more. So the code under test needs no switches, and any line of it can be
 * broken.
 */
public sealed interface CodeEdit {

  /** The class that is changed, below io.quorate.store, as "journal.JournalWriter". */
  String type();

  /** The method that is changed; all of that name. */
  String method();

  /** The edited class file; throws if there was nothing to edit. */
  default byte[] apply(byte[] bytes) {
    int[] edits = {0};
    ClassFile file = ClassFile.of();
    ClassModel model = file.parse(bytes);
    byte[] edited =
        file.transformClass(
            model,
            ClassTransform.transformingMethods(
                method -> isEdited(method) && method.code().isPresent(), transform(edits)));
    if (edits[0] == 0) {
      throw new IllegalStateException(this + " changes nothing: the code was renamed");
    }
    return edited;
  }

  private boolean isEdited(MethodModel method) {
    String name = method.methodName().stringValue();
    return name.equals(method()) || name.startsWith("lambda$" + method() + "$");
  }

  MethodTransform transform(int[] edits);

  /** The method does nothing but answer {@code value}, or nothing if it is void. */
  record Answers(String type, String method, @Nullable Object value) implements CodeEdit {
    @Override
    public MethodTransform transform(int[] edits) {
      return MethodTransform.ofStateful(
          () ->
              (builder, element) -> {
                if (element instanceof CodeModel code) {
                  edits[0]++;
                  MethodTypeDesc signature = code.parent().orElseThrow().methodTypeSymbol();
                  builder.withCode(out -> answer(out, signature.returnType(), value));
                } else {
                  builder.with(element);
                }
              });
    }

    private static void answer(CodeBuilder out, ClassDesc type, @Nullable Object value) {
      push(out, type, value);
      out.return_(TypeKind.from(type));
    }
  }

  /** The method answers its argument number {@code argument}, from 0. */
  record AnswersArgument(String type, String method, int argument) implements CodeEdit {
    @Override
    public MethodTransform transform(int[] edits) {
      return MethodTransform.ofStateful(
          () ->
              (builder, element) -> {
                if (element instanceof CodeModel code) {
                  edits[0]++;
                  TypeKind kind =
                      TypeKind.from(code.parent().orElseThrow().methodTypeSymbol().returnType());
                  builder.withCode(
                      out -> out.loadLocal(kind, out.parameterSlot(argument)).return_(kind));
                } else {
                  builder.with(element);
                }
              });
    }
  }

  /** The method takes {@code value} in place of the answer of each call of {@code callee}. */
  record Skips(String type, String method, String callee, @Nullable Object value)
      implements CodeEdit {
    @Override
    public MethodTransform transform(int[] edits) {
      return MethodTransform.transformingCode(
          (out, element) -> {
            if (element instanceof InvokeInstruction call
                && call.name().stringValue().equals(callee)) {
              edits[0]++;
              drop(out, call);
              push(out, call.typeSymbol().returnType(), value);
            } else {
              out.with(element);
            }
          });
    }

    private static void drop(CodeBuilder out, InvokeInstruction call) {
      for (ClassDesc argument : call.typeSymbol().parameterList().reversed()) {
        if (TypeKind.from(argument).slotSize() == 2) {
          out.pop2();
        } else {
          out.pop();
        }
      }
      if (call.opcode() != Opcode.INVOKESTATIC) {
        out.pop();
      }
    }
  }

  /** The method takes {@code value} in place of each read of {@code field}. */
  record Believes(String type, String method, String field, @Nullable Object value)
      implements CodeEdit {
    @Override
    public MethodTransform transform(int[] edits) {
      return MethodTransform.transformingCode(
          (out, element) -> {
            if (element instanceof FieldInstruction read
                && read.opcode() == Opcode.GETFIELD
                && read.name().stringValue().equals(field)) {
              edits[0]++;
              out.pop();
              push(out, read.typeSymbol(), value);
            } else {
              out.with(element);
            }
          });
    }
  }

  /** The method calls {@code other}, of the same signature, in place of {@code callee}. */
  record Redirects(String type, String method, String callee, String other) implements CodeEdit {
    @Override
    public MethodTransform transform(int[] edits) {
      return MethodTransform.transformingCode(
          (out, element) -> {
            if (element instanceof InvokeInstruction call
                && call.name().stringValue().equals(callee)) {
              edits[0]++;
              out.invoke(
                  call.opcode(),
                  call.owner().asSymbol(),
                  other,
                  call.typeSymbol(),
                  call.isInterface());
            } else {
              out.with(element);
            }
          });
    }
  }

  /** The method first calls {@code callee} of its own class, which takes the same arguments. */
  record Begins(String type, String method, String callee) implements CodeEdit {
    @Override
    public MethodTransform transform(int[] edits) {
      return MethodTransform.ofStateful(
          () ->
              (builder, element) -> {
                if (element instanceof CodeModel code && isMethod(code)) {
                  edits[0]++;
                  builder.transformCode(
                      code,
                      CodeTransform.ofStateful(
                          () -> {
                            boolean[] begun = {false};
                            return (out, instruction) -> {
                              if (!begun[0]) {
                                begun[0] = true;
                                call(out, code.parent().orElseThrow());
                              }
                              out.with(instruction);
                            };
                          }));
                } else {
                  builder.with(element);
                }
              });
    }

    private boolean isMethod(CodeModel code) {
      return code.parent().orElseThrow().methodName().stringValue().equals(method);
    }

    private void call(CodeBuilder out, MethodModel method) {
      List<ClassDesc> arguments = method.methodTypeSymbol().parameterList();
      out.aload(out.receiverSlot());
      for (int i = 0; i < arguments.size(); i++) {
        out.loadLocal(TypeKind.from(arguments.get(i)), out.parameterSlot(i));
      }
      ClassDesc owner = method.parent().orElseThrow().thisClass().asSymbol();
      out.invokevirtual(owner, callee, MethodTypeDesc.of(ConstantDescs.CD_void, arguments));
    }
  }

  private static void push(CodeBuilder out, ClassDesc type, @Nullable Object value) {
    switch (TypeKind.from(type)) {
      case VOID -> {}
      case LONG -> out.loadConstant(((Number) required(value)).longValue());
      case BOOLEAN -> out.loadConstant((Boolean) required(value) ? 1 : 0);
      case BYTE, SHORT, CHAR, INT -> out.loadConstant(((Number) required(value)).intValue());
      case REFERENCE -> out.aconst_null();
      case FLOAT, DOUBLE -> throw new IllegalArgumentException("no edits of " + type);
    }
  }

  private static Object required(@Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("a value is needed");
    }
    return value;
  }
}
